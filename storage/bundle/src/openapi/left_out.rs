//! What a document says and no object can.

/// Most places that are named.
const PLACES_MAX: usize = 20;
/// Longest place, in characters.
const PLACE_MAX: usize = 200;

/// What is left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// What it is.
    pub what: &'static str,
    /// Why, and what to do instead where that is known.
    pub why: &'static str,
    /// How often the document has it.
    pub count: u64,
    /// Where: paths, or names. At most 20.
    pub places: Vec<String>,
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident $what:literal, $why:literal;)*) => {
        /// What can be left out, and why.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Reason { $($(#[$doc])* $name,)* }

        impl Reason {
            const ALL: &'static [Reason] = &[$(Reason::$name,)*];

            fn words(self) -> (&'static str, &'static str) {
                match self { $(Reason::$name => ($what, $why),)* }
            }
        }
    };
}

reasons! {
    PathElsewhere "Paths that are in another document, or nowhere",
        "nothing is fetched: put them into the document, with references of at most 1,024 bytes, and let no path refer to itself";
    PathUnreadable "Paths that the proxy cannot have",
        "a path begins with / and has no query, no empty part, no * and nothing but ASCII, with {names} in the place of whole parts";
    PathEmpty "Paths without an operation",
        "nothing can be asked for there";
    Taken "Services whose slug somebody else's service has",
        "no import made that one, so it stays as it is: rename it, or take another prefix";
    LastPart "The end of paths whose last part is a parameter",
        "the proxy cannot say one last part: the service takes what is above it and everything below too, and the upstream answers 404";
    PartOfPart "What stands beside a parameter in the same part of a path",
        "the proxy can leave whole parts open and nothing smaller: the service takes every text there";
    SamePath "Paths that are the same to the proxy",
        "they differ in their parameters alone: one service has the methods of all";
    Security "Checks of credentials",
        "the configuration model has no policy for them yet: the upstream has to check";
    Validation "Checks of parameters, bodies and answers",
        "the proxy does not pass on a body that it has checked: the upstream has to check";
    Callbacks "Callbacks and webhooks",
        "they are requests that the upstream makes, and do not come through the proxy";
    OtherServers "Servers beside the first",
        "they are other environments more often than not: add them to the upstream group if they answer the same requests";
    ServersMany "Servers after the twentieth of a list",
        "so many are looked at, and a service goes to the first that can be asked";
    ServerUnusable "Servers that cannot be asked",
        "an upstream is http:// or https:// with a host: name an upstream group instead";
    ServerVariables "Values of variables in servers beside the default",
        "an upstream group has one address for each target";
    ServerOfOperation "Servers of single operations",
        "a service goes to one place: that of its path";
    GoesElsewhere "Services that go elsewhere than to an upstream group",
        "somebody has given them shares of several groups, a server, another place or an answer: they keep it";
    ServerChanged "Another server than that of the upstream group that is there",
        "whoever has changed its targets knows better: change them there";
    Extensions "Extensions",
        "what they mean is known to those who wrote them: nothing is read that begins with x-";
}

/// What has been left out so far.
#[derive(Debug, Default)]
pub(super) struct Collected(Vec<(Reason, u64, Vec<String>)>);

impl Collected {
    /// Takes note of something.
    pub fn note(&mut self, reason: Reason, place: &str) {
        let found = match self.0.iter().position(|(known, ..)| *known == reason) {
            Some(found) => found,
            None => {
                self.0.push((reason, 0, Vec::new()));
                self.0.len() - 1
            }
        };
        let (_, count, places) = &mut self.0[found];
        *count += 1;
        let place: String =
            place.chars().map(|c| if c.is_control() { ' ' } else { c }).take(PLACE_MAX).collect();
        if places.len() < PLACES_MAX && !places.contains(&place) {
            places.push(place);
        }
    }

    /// How often something was left out for one reason.
    pub fn count(&self, reason: Reason) -> u64 {
        self.0.iter().find(|(known, ..)| *known == reason).map_or(0, |(_, count, _)| *count)
    }

    /// All of it: what takes a path away first.
    pub fn into_all(mut self) -> Vec<LeftOut> {
        self.0.sort_by_key(|(reason, ..)| Reason::ALL.iter().position(|one| one == reason));
        let told = self.0.into_iter().map(|(reason, count, places)| {
            let (what, why) = reason.words();
            LeftOut { what, why, count, places }
        });
        told.collect()
    }
}

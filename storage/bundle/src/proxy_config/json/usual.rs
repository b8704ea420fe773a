//! What the proxy makes of objects that say no more than they have to.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Error, Value, json};
use zentinel_config::{Config, ListenerConfig, RouteConfig, UpstreamConfig, UpstreamTarget};

use super::{FREE, something};
use crate::proxy_config::tree::Tree;

/// What an object is when it says no more than it has to, or the items of a list or of a map.
#[derive(Debug, Default)]
pub(super) struct Usual {
    settings: BTreeMap<String, Setting>,
    /// What each item is, of what has items.
    item: Option<Box<Usual>>,
}

/// What a setting is that nobody has made.
#[derive(Debug, Default)]
pub(super) struct Setting {
    usual: Option<Tree>,
    /// What is in it when it is there and says nothing: that need not be what it is when it is not there.
    inside: Option<Usual>,
}

/// What it is of a whole configuration.
pub(super) fn configuration() -> Result<&'static Usual, Error> {
    static WHOLE: OnceLock<Usual> = OnceLock::new();
    if let Some(known) = WHOLE.get() {
        return Ok(known);
    }
    let route = || Usual::of::<RouteConfig>(&json!({ "id": "", "matches": [] }));
    let listener = Usual::of::<ListenerConfig>(&json!({ "id": "", "address": "", "protocol": "http" }))?;
    let target = Usual::of::<UpstreamTarget>(&json!({ "address": "" }))?;
    let upstream = Usual::of::<UpstreamConfig>(&json!({ "id": "", "targets": [] }))?;
    let upstream = upstream.with("targets", Usual::each(target));
    let namespace = Usual::default().with("routes", Usual::each(route()?));
    let whole = Usual::of::<Config>(&json!({ "server": {}, "listeners": [], "routes": [] }))?
        .with("routes", Usual::each(route()?))
        .with("listeners", Usual::each(listener))
        .with("upstreams", Usual::each(upstream))
        .with("namespaces", Usual::each(namespace));
    Ok(WHOLE.get_or_init(|| whole))
}

impl Usual {
    fn of<T: DeserializeOwned + Serialize>(least: &Value) -> Result<Self, Error> {
        Self::at::<T>(least, &mut Vec::new()).map(Option::unwrap_or_default)
    }

    /// Of the object at a place; `None`: there is none.
    fn at<T: DeserializeOwned + Serialize>(
        least: &Value,
        place: &mut Vec<String>,
    ) -> Result<Option<Self>, Error> {
        let whole = Tree::of(&serde_json::from_value::<T>(least.clone())?)?;
        let own = place.iter().try_fold(&whole, |tree, name| tree.get(name));
        let Some(Tree::Object(entries)) = own else { return Ok(None) };
        let mut settings = BTreeMap::new();
        for (name, tree) in entries {
            let mut setting =
                Setting { usual: Some(tree).filter(|tree| **tree != Tree::Null).cloned(), inside: None };
            if let Tree::Object(_) = tree {
                let mut least = least.clone();
                let own = place.iter().try_fold(&mut least, |value, name| value.get_mut(name));
                if let Some(Value::Object(object)) = own {
                    object.entry(name.clone()).or_insert_with(|| json!({}));
                }
                place.push(name.to_string());
                // One that has to say something is told as a whole.
                setting.inside = Self::at::<T>(&least, place).unwrap_or_default();
                place.pop();
            }
            settings.insert(name.to_string(), setting);
        }
        Ok(Some(Self { settings, item: None }))
    }

    /// Of what has such items.
    fn each(item: Usual) -> Self {
        Self { settings: BTreeMap::new(), item: Some(Box::new(item)) }
    }

    fn with(mut self, name: &str, inside: Usual) -> Self {
        self.settings.entry(name.to_owned()).or_default().inside = Some(inside);
        self
    }

    /// What one of its settings is, if anything.
    pub(super) fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.get(name)
    }

    /// What each of its items is, if it has any.
    pub(super) fn item(&self) -> Option<&Usual> {
        self.item.as_deref()
    }
}

impl Setting {
    pub(super) fn inside(&self) -> Option<&Usual> {
        self.inside.as_ref()
    }

    /// Whether a value is what the setting usually is.
    pub(super) fn is(&self, value: &Tree, free: bool) -> bool {
        self.usual.as_ref().is_some_and(|usual| same(value, usual, free))
    }
}

/// What is nothing does not count.
fn same(one: &Tree, usual: &Tree, free: bool) -> bool {
    match (one, usual) {
        (Tree::List(one), Tree::List(usual)) => {
            one.len() == usual.len() && one.iter().zip(usual).all(|(one, usual)| same(one, usual, free))
        }
        (Tree::Object(one), Tree::Object(usual)) => {
            let (mut one, mut usual) = (something(one, free), something(usual, false));
            loop {
                match (one.next(), usual.next()) {
                    (None, None) => break true,
                    (Some((name, value)), Some((other, by))) if name == other => {
                        if !same(value, by, free || FREE.contains(&name.as_ref())) {
                            break false;
                        }
                    }
                    _ => break false,
                }
            }
        }
        (one, usual) => one == usual,
    }
}

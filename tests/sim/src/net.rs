//! The simulated network: calls between members are late, lost, brought twice, or in another order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use sentinel_consensus::{Answer, Call, Carried, Carrier, Lost};

use crate::dice::Dice;

/// How the network behaves where nothing is cut.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    /// Shortest and longest time on the way, in microseconds.
    pub delay_us: (u64, u64),
    /// So many of a hundred are late, by up to `late_ms`: others overtake them.
    pub late: u64,
    /// How late at most.
    pub late_ms: u64,
    /// So many of a hundred are lost.
    pub lost: u64,
    /// So many of a hundred are brought once more, up to `again_ms` later.
    pub twice: u64,
    /// How much later at most.
    pub again_ms: u64,
}

impl Weather {
    /// Nothing goes wrong.
    pub const CALM: Self =
        Self { delay_us: (200, 2_000), late: 0, late_ms: 1, lost: 0, twice: 0, again_ms: 1 };
    /// Late, lost and twice, as on a bad day.
    pub const STORM: Self =
        Self { delay_us: (200, 20_000), late: 8, late_ms: 900, lost: 8, twice: 15, again_ms: 4_000 };
}

/// See the module. Clones share.
#[derive(Clone)]
pub struct Net(Arc<Mutex<State>>);

struct State {
    dice: Dice,
    /// Of each line by itself, so that what happens on one changes nothing on another.
    lines: BTreeMap<(u64, u64), Dice>,
    weather: Weather,
    cut: BTreeSet<(u64, u64)>,
    doors: BTreeMap<u64, Door>,
    /// Who is nobody to whom: `(who, to whom)`.
    nobodies: BTreeSet<(u64, u64)>,
    heard: Vec<(u64, u64, String)>,
}

#[derive(Clone)]
struct Door {
    incarnation: u64,
    carried: Arc<Carried>,
}

/// What becomes of one call.
struct Fate {
    out: Duration,
    back: Duration,
    lost_out: bool,
    lost_back: bool,
    again: Option<Duration>,
    /// How long the caller waits before it learns of a loss.
    learned: Duration,
}

impl Net {
    /// A calm network without anybody in it.
    pub fn new(dice: Dice) -> Self {
        let state = State {
            dice,
            lines: BTreeMap::new(),
            weather: Weather::CALM,
            cut: BTreeSet::new(),
            doors: BTreeMap::new(),
            nobodies: BTreeSet::new(),
            heard: Vec::new(),
        };
        Self(Arc::new(Mutex::new(state)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lines of one life of a member to the others.
    pub fn carrier(&self, from: u64, incarnation: u64) -> Arc<dyn Carrier> {
        Arc::new(Lines { net: self.clone(), from, incarnation })
    }

    /// Calls to the member arrive from now on.
    pub fn open(&self, id: u64, incarnation: u64, carried: Carried) {
        self.lock().doors.insert(id, Door { incarnation, carried: Arc::new(carried) });
    }

    /// Nothing arrives at the member any more, and nothing leaves it.
    pub fn close(&self, id: u64) {
        self.lock().doors.remove(&id);
    }

    /// Another weather.
    pub fn set_weather(&self, weather: Weather) {
        self.lock().weather = weather;
    }

    /// Nothing gets from one to the other; the way back stays.
    pub fn cut(&self, from: u64, to: u64) {
        self.lock().cut.insert((from, to));
    }

    /// Everything gets everywhere again.
    pub fn mend(&self) {
        self.lock().cut.clear();
    }

    /// To the second, the first is nobody from now on, or somebody again.
    pub fn set_nobody(&self, who: u64, to: u64, nobody: bool) {
        let mut state = self.lock();
        if nobody {
            state.nobodies.insert((who, to));
        } else {
            state.nobodies.remove(&(who, to));
        }
    }

    /// Calls of nobodies that were not refused: who called whom with what.
    pub fn take_heard(&self) -> Vec<(u64, u64, String)> {
        std::mem::take(&mut self.lock().heard)
    }

    fn judge(&self, nobody: bool, (from, to): (u64, u64), name: &str, answer: &Result<Answer, Lost>) {
        if nobody && answer.as_ref().is_ok_and(|answer| !answer.refused()) {
            self.lock().heard.push((from, to, name.to_owned()));
        }
    }

    fn is_cut(&self, from: u64, to: u64) -> bool {
        self.lock().cut.contains(&(from, to))
    }

    fn door(&self, id: u64) -> Option<Door> {
        self.lock().doors.get(&id).cloned()
    }

    fn lives(&self, id: u64, incarnation: u64) -> bool {
        self.door(id).is_some_and(|door| door.incarnation == incarnation)
    }

    fn fate(&self, from: u64, to: u64) -> Fate {
        let mut state = self.lock();
        let weather = state.weather;
        let base = state.dice.clone();
        let line = state.lines.entry((from, to)).or_insert_with(|| base.fork(&format!("line {from} {to}")));
        let way = |line: &Dice| {
            let late = if line.percent(weather.late) { line.ms(0, weather.late_ms) } else { Duration::ZERO };
            late + line.us(weather.delay_us.0, weather.delay_us.1)
        };
        Fate {
            out: way(line),
            back: way(line),
            lost_out: line.percent(weather.lost),
            lost_back: line.percent(weather.lost),
            again: line.percent(weather.twice).then(|| line.ms(0, weather.again_ms)),
            learned: line.ms(1, 1_500),
        }
    }
}

struct Lines {
    net: Net,
    from: u64,
    incarnation: u64,
}

#[async_trait]
impl Carrier for Lines {
    async fn carry(&self, call: Call) -> Result<Answer, Lost> {
        let (net, from, to) = (&self.net, call.from(), call.to());
        let lost = |what: &str| Err(Lost(what.to_owned()));
        // A life that has ended says nothing any more, and nobody tells it anything. Before its door opens a member may call.
        let silenced = || net.door(from).is_some_and(|door| door.incarnation != self.incarnation);
        let fate = net.fate(from, to);
        tokio::time::sleep(fate.out).await;
        if silenced() || fate.lost_out || net.is_cut(from, to) {
            tokio::time::sleep(fate.learned).await;
            return lost("lost on its way");
        }
        let Some(door) = net.door(to) else { return lost("nobody is there") };
        if let Some(later) = fate.again {
            let (net, call) = (net.clone(), call.clone());
            tokio::spawn(async move {
                tokio::time::sleep(later).await;
                // Whoever is there by then gets it.
                if let Some(door) = net.door(to) {
                    drop(door.carried.answer(call).await);
                }
            });
        }
        // Who gives up waiting does not stop what was begun.
        let carried = Arc::clone(&door.carried);
        let (nobody, name) = (net.lock().nobodies.contains(&(from, to)), call.name().to_owned());
        let answer = tokio::spawn(async move { carried.answer(call).await }).await;
        if let Ok(answer) = &answer {
            net.judge(nobody, (from, to), &name, answer);
        }
        tokio::time::sleep(fate.back).await;
        let unheard =
            fate.lost_back || silenced() || net.is_cut(to, from) || !net.lives(to, door.incarnation);
        match answer {
            Ok(answer) if !unheard => answer,
            _ => {
                tokio::time::sleep(fate.learned).await;
                lost("the answer was lost")
            }
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        tracing::trace!(from = self.from, incarnation = self.incarnation, "lines end");
    }
}

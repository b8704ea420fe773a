//! What goes wrong, when: from the seed.

use crate::dice::Dice;
use crate::net::Weather;
use crate::world::{Death, World};

/// What a scenario lets happen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// Members die and come back, a minority at a time.
    pub kills: bool,
    /// Dying, they may lose what was not synced, and all may die at once.
    pub power: bool,
    /// The network is cut, both ways, one way, or around one member.
    pub cuts: bool,
    /// Calls are late, lost and brought twice.
    pub storms: bool,
    /// Clocks are set forward and back, by up to so many seconds.
    pub clocks_s: u64,
    /// Leadership is handed over.
    pub hand_overs: bool,
    /// The leader is cut off for longer than an election takes, again and again.
    pub lone_leaders: bool,
    /// The weather is bad all the time.
    pub bad_weather: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Kill,
    Blackout,
    Cut,
    OneWay,
    Alone,
    Storm,
    Clock,
    HandOver,
    LoneLeader,
}

impl Faults {
    fn possible(self) -> Vec<Fault> {
        let all = [
            (self.kills, Fault::Kill),
            (self.kills, Fault::Kill),
            (self.power, Fault::Blackout),
            (self.cuts, Fault::Cut),
            (self.cuts, Fault::OneWay),
            (self.cuts, Fault::Alone),
            (self.storms, Fault::Storm),
            (self.clocks_s > 0, Fault::Clock),
            (self.hand_overs, Fault::HandOver),
            (self.lone_leaders, Fault::LoneLeader),
        ];
        all.into_iter().filter(|(on, _)| *on).map(|(_, fault)| fault).collect()
    }
}

/// Lets things go wrong until `until_ms` of the run.
pub async fn happen(world: &World, faults: Faults, until_ms: u64) -> anyhow::Result<()> {
    let dice = world.dice.fork("faults");
    let possible = faults.possible();
    if faults.bad_weather {
        world.net.set_weather(Weather::STORM);
    }
    while world.truth.ms() < until_ms {
        tokio::time::sleep(dice.ms(100, 1_500)).await;
        if possible.is_empty() {
            continue;
        }
        let fault = *dice.pick(&possible);
        world.note(&format!("fault: {fault:?}"));
        one(world, faults, fault, &dice).await?;
    }
    Ok(())
}

/// Everything is well again.
pub async fn heal(world: &World) -> anyhow::Result<()> {
    world.note("healed");
    world.net.mend();
    world.net.set_weather(Weather::CALM);
    for id in world.ids() {
        world.set_clock(id, 0);
        if world.member(id).is_none() {
            world.start(id).await?;
        }
    }
    Ok(())
}

async fn one(world: &World, faults: Faults, fault: Fault, dice: &Dice) -> anyhow::Result<()> {
    let ids = world.ids();
    let one = *dice.pick(&ids);
    let death = |dice: &Dice| if faults.power && dice.percent(60) { Death::PowerCut } else { Death::Killed };
    match fault {
        Fault::Kill => {
            let victim = victim(world, dice);
            world.kill(victim, death(dice)).await?;
            tokio::time::sleep(dice.ms(50, 4_000)).await;
            world.start(victim).await?;
        }
        Fault::Blackout => {
            for id in &ids {
                world.kill(*id, Death::PowerCut).await?;
            }
            tokio::time::sleep(dice.ms(50, 1_000)).await;
            for id in &ids {
                world.start(*id).await?;
            }
        }
        Fault::Cut | Fault::OneWay | Fault::Alone => {
            cut(world, fault, victim(world, dice), one, &ids);
            tokio::time::sleep(dice.ms(300, 6_000)).await;
            world.net.mend();
        }
        Fault::Storm => {
            world.net.set_weather(Weather::STORM);
            tokio::time::sleep(dice.ms(1_000, 6_000)).await;
            world.net.set_weather(Weather::CALM);
        }
        Fault::Clock => {
            let far = i64::try_from(dice.between(0, faults.clocks_s * 2_000)).unwrap_or(0);
            let wrong = far - i64::try_from(faults.clocks_s * 1_000).unwrap_or(0);
            world.set_clock(one, wrong);
        }
        Fault::LoneLeader => {
            cut(world, Fault::Alone, world.leader().unwrap_or(one), one, &ids);
            tokio::time::sleep(dice.ms(2_500, 5_000)).await;
            world.net.mend();
        }
        Fault::HandOver => {
            if let Some(leader) = world.leader().and_then(|id| world.member(id)) {
                leader.member.hand_over(None).await;
            }
        }
    }
    Ok(())
}

/// The leader more often than the others.
fn victim(world: &World, dice: &Dice) -> u64 {
    match world.leader() {
        Some(leader) if dice.percent(50) => leader,
        _ => *dice.pick(&world.ids()),
    }
}

fn cut(world: &World, fault: Fault, victim: u64, other: u64, ids: &[u64]) {
    for id in ids.iter().filter(|id| **id != victim) {
        match fault {
            // Between two of them; the others reach both.
            Fault::Cut if *id != other && ids.len() > 2 => {}
            Fault::OneWay => world.net.cut(victim, *id),
            _ => {
                world.net.cut(victim, *id);
                world.net.cut(*id, victim);
            }
        }
    }
}

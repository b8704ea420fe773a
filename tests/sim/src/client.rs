//! Clients: they claim and read registers at any member, ask again under the same key when they do not know what became of it, and
//! write down everything.
//!
//! A register is the slug of a project: it can be claimed once, under a name. So it is a compare-and-set from nothing, and what it
//! holds is the name.

use std::time::Duration;

use sentinel_api_types::project::ProjectCreate;
use sentinel_app::AppError;
use sentinel_model::RequestId;
use uuid::Builder;

use crate::dice::Dice;
use crate::history::{Asked, History, Told};
use crate::member::Running;
use crate::world::World;

/// Longest time that a client waits for one answer.
const PATIENCE: Duration = Duration::from_secs(12);
/// How often it asks for what became of a write.
const ASKS: usize = 4;
/// After so many milliseconds the next register is the one that all clients turn to.
const TURN_MS: u64 = 1_500;
/// Of so many registers at a time.
const AT_ONCE: u64 = 2;

/// Asks until `until_ms` of the run.
pub async fn run(world: World, history: History, number: u64, until_ms: u64) {
    let dice = world.dice.fork(&format!("client {number}"));
    while world.truth.ms() < until_ms {
        let register =
            format!("register-{}", world.truth.ms() / TURN_MS * AT_ONCE + dice.between(0, AT_ONCE - 1));
        if dice.percent(45) {
            claim(&world, &history, number, &register, &dice).await;
        } else {
            read(&world, &history, number, &register, &dice).await;
        }
        tokio::time::sleep(dice.ms(5, 250)).await;
    }
}

/// Claims a register for a value nobody else has.
pub async fn claim(world: &World, history: &History, client: u64, register: &str, dice: &Dice) {
    let value = dice.number();
    let request = RequestId(Builder::from_random_bytes(dice.bytes()).into_uuid());
    let open = history.begin(client, register, Asked::Claim(value));
    let mut told = Told::Failed;
    for _ in 0..ASKS {
        let Some((_, running)) = world.anybody(dice) else {
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        };
        let answer = ask_claim(world, &running, register, value, request).await;
        drop(running);
        match answer {
            // Once it may have happened, that nothing happened now says nothing.
            Told::Failed if told == Told::Unknown => {}
            answer => told = answer,
        }
        if !matches!(told, Told::Unknown | Told::Failed) {
            break;
        }
        tokio::time::sleep(dice.ms(10, 400)).await;
    }
    history.end(&open, told);
}

async fn ask_claim(world: &World, running: &Running, register: &str, value: u64, request: RequestId) -> Told {
    let caller = world.admin(request);
    let body = ProjectCreate {
        name: value.to_string(),
        slug: Some(register.to_owned()),
        description: None,
        sandbox: false,
    };
    let asking = running.app.create_project(&caller, "default", body);
    let answer = tokio::select! {
        biased;
        () = running.gone.cancelled() => return Told::Unknown,
        answer = tokio::time::timeout(PATIENCE, asking) => answer,
    };
    match answer {
        Err(_) => Told::Unknown,
        Ok(Ok(_)) => Told::Claimed,
        Ok(Err(error)) => refused(world, &error),
    }
}

fn refused(world: &World, error: &AppError) -> Told {
    match error {
        AppError::Invalid(fields) if fields.contains_key("slug") => Told::Taken,
        AppError::NoLeader(_) | AppError::NoQuorum(_) => Told::Failed,
        AppError::OutcomeUnknown(_) | AppError::Internal(_) => Told::Unknown,
        other => {
            world.ledger.violated("I2", format!("a claim was answered with: {other}"));
            Told::Unknown
        }
    }
}

/// Reads a register.
pub async fn read(world: &World, history: &History, client: u64, register: &str, dice: &Dice) {
    let open = history.begin(client, register, Asked::Read);
    let told = match world.anybody(dice) {
        Some((_, running)) => ask_read(world, &running, register, dice).await,
        None => Told::Failed,
    };
    history.end(&open, told);
}

/// Asks one member what a register holds.
pub async fn ask_read(world: &World, running: &Running, register: &str, dice: &Dice) -> Told {
    let caller = world.admin(RequestId(Builder::from_random_bytes(dice.bytes()).into_uuid()));
    let asking = running.app.show_project(&caller, register);
    let answer = tokio::select! {
        biased;
        () = running.gone.cancelled() => return Told::Failed,
        answer = tokio::time::timeout(PATIENCE, asking) => answer,
    };
    match answer {
        Ok(Ok(found)) => Told::Value(found.project.name.parse().ok()),
        Ok(Err(AppError::NotFound(_))) => Told::Value(None),
        _ => Told::Failed,
    }
}

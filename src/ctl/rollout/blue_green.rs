//! What is asked of a blue-green rollout, and where the traffic is.

use clap::Args;
use sentinel_api_types::blue_green::BlueGreenConfig;
use sentinel_api_types::rollout::{Rollout, Strategy};

use crate::ctl::words::word;

/// Options of a blue-green rollout, with `--strategy blue_green` only.
#[derive(Args, Debug)]
#[command(next_help_heading = "Blue-green")]
pub struct BlueGreenArgs {
    /// Share of the traffic that the new bundle gets in each step, such as 10,50,100, which it is when nothing is said; --bake says how
    /// long each is observed
    #[arg(long, value_name = "PERCENT", value_delimiter = ',')]
    traffic_steps: Option<Vec<u8>>,
}

impl BlueGreenArgs {
    /// What was said, over what is usual. Nothing for another strategy of which nothing was said; the server refuses the rest.
    pub fn config(self, strategy: Strategy, bake: Option<u32>) -> Option<BlueGreenConfig> {
        let usual = BlueGreenConfig::default();
        let asked = strategy == Strategy::BlueGreen;
        (asked || self.traffic_steps.is_some()).then(|| BlueGreenConfig {
            traffic_steps: self.traffic_steps.unwrap_or(usual.traffic_steps),
            bake_seconds: bake.filter(|_| asked).unwrap_or(usual.bake_seconds),
        })
    }
}

/// What was asked for, in a line.
pub fn config(config: &BlueGreenConfig) -> String {
    let shares: Vec<String> = config.traffic_steps.iter().map(u8::to_string).collect();
    format!("{} % of the traffic, each for {} s", shares.join("/"), config.bake_seconds)
}

/// Where the traffic is: "green 10 %, blue 90 %".
pub fn split(rollout: &Rollout) -> Option<String> {
    use sentinel_api_types::blue_green::Slot;
    let (standby, share) = (rollout.standby_slot?, rollout.traffic_weight?);
    let live = match standby {
        Slot::Blue => Slot::Green,
        Slot::Green => Slot::Blue,
    };
    Some(format!("{} {share} %, {} {} %", word(&standby), word(&live), 100u8.saturating_sub(share)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_as_usual_and_nothing_is_said_of_another_strategy() {
        let args = |steps: Option<&[u8]>| BlueGreenArgs { traffic_steps: steps.map(<[u8]>::to_vec) };
        let config = |traffic_steps: &[u8], bake_seconds| {
            Some(BlueGreenConfig { traffic_steps: traffic_steps.to_vec(), bake_seconds })
        };
        assert_eq!(args(None).config(Strategy::BlueGreen, Some(5)), config(&[10, 50, 100], 5));
        assert_eq!(args(Some(&[100])).config(Strategy::BlueGreen, None), config(&[100], 60));
        assert_eq!(args(None).config(Strategy::Canary, Some(5)), None);
        assert!(args(Some(&[100])).config(Strategy::Rolling, None).is_some(), "for the server to refuse");
    }
}

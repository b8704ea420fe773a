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
    /// What was said, over what the template says, or what is usual. Nothing when nothing was said; the server refuses what does not go
    /// with the strategy.
    pub fn config(
        self,
        strategy: Strategy,
        bake: Option<u32>,
        template: Option<BlueGreenConfig>,
    ) -> Option<BlueGreenConfig> {
        let usual = template.unwrap_or_default();
        let asked = strategy == Strategy::BlueGreen;
        ((asked && bake.is_some()) || self.traffic_steps.is_some()).then(|| BlueGreenConfig {
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
        assert_eq!(args(None).config(Strategy::BlueGreen, Some(5), None), config(&[10, 50, 100], 5));
        assert_eq!(args(Some(&[100])).config(Strategy::BlueGreen, None, None), config(&[100], 60));
        assert_eq!(
            args(None).config(Strategy::BlueGreen, None, None),
            None,
            "as it usually is, or as the template has it"
        );
        assert_eq!(args(None).config(Strategy::Canary, Some(5), None), None);
        let refused = args(Some(&[100])).config(Strategy::Rolling, None, None);
        assert!(refused.is_some(), "for the server to refuse");
    }

    #[test]
    fn what_a_template_says_stays_unless_something_else_is_said() {
        let args = |steps: Option<&[u8]>| BlueGreenArgs { traffic_steps: steps.map(<[u8]>::to_vec) };
        let template = || Some(BlueGreenConfig { traffic_steps: vec![30, 100], bake_seconds: 7 });
        let longer = args(None).config(Strategy::BlueGreen, Some(9), template());
        assert_eq!(longer, Some(BlueGreenConfig { traffic_steps: vec![30, 100], bake_seconds: 9 }));
        let other = args(Some(&[50, 100])).config(Strategy::BlueGreen, None, template());
        assert_eq!(other, Some(BlueGreenConfig { traffic_steps: vec![50, 100], bake_seconds: 7 }));
    }
}

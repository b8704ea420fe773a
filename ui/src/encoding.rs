//! Which packed variants a client accepts.
#![cfg_attr(sentinel_ui_headless, allow(dead_code))]

/// A variant that the UI's build makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Brotli,
    Gzip,
}

impl Packing {
    /// As HTTP spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Packing::Brotli => "br",
            Packing::Gzip => "gzip",
        }
    }

    /// What its files end with.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Packing::Brotli => "br",
            Packing::Gzip => "gz",
        }
    }
}

/// The accepted variants, smallest first. Weights other than zero do not count: every client that accepts two unpacks both.
pub(crate) fn accepted(header: &str) -> impl Iterator<Item = Packing> + '_ {
    [Packing::Brotli, Packing::Gzip].into_iter().filter(move |packing| accepts(header, packing.name()))
}

fn accepts(header: &str, name: &str) -> bool {
    let mut any = false;
    for item in header.split(',') {
        let (coding, parameters) = item.split_once(';').unwrap_or((item, ""));
        let (coding, weight) = (coding.trim(), parameters.trim().strip_prefix("q="));
        let wanted =
            weight.is_none_or(|weight| weight.trim().parse::<f32>().is_ok_and(|weight| weight > 0.0));
        if coding.eq_ignore_ascii_case(name) {
            return wanted;
        }
        any |= coding == "*" && wanted;
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(header: &str) -> Vec<&'static str> {
        accepted(header).map(Packing::name).collect()
    }

    #[test]
    fn the_smallest_accepted_variant_comes_first() {
        assert_eq!(names("gzip, deflate, br, zstd"), ["br", "gzip"]);
        assert_eq!(names("GZIP;q=0.5"), ["gzip"]);
        assert_eq!(names("*"), ["br", "gzip"]);
        assert_eq!(names("identity"), [""; 0]);
        assert_eq!(names(""), [""; 0]);
    }

    #[test]
    fn a_weight_of_zero_is_a_refusal_even_beside_a_star() {
        assert_eq!(names("br;q=0, *;q=0.1"), ["gzip"]);
        assert_eq!(names("br; q=0.000, gzip"), ["gzip"]);
        assert_eq!(names("gzip;q=nonsense"), [""; 0]);
    }
}

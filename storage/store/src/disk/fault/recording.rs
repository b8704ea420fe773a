//! A recorded run, and the states a power cut could have left at each of its moments.

use super::image::{Image, Step};
use super::{Dice, FaultDisk};

/// Every operation on a disk, in order, with the notes of the test in between.
#[derive(Debug)]
pub struct Recording {
    steps: Vec<Step>,
}

/// One moment of a recorded run.
#[derive(Debug)]
pub struct Moment {
    /// The number of operations done before it.
    pub step: usize,
    /// The notes made before it, oldest first.
    pub notes: Vec<u64>,
    image: Image,
}

impl Recording {
    pub(super) fn new(steps: Vec<Step>) -> Self {
        Self { steps }
    }

    /// The number of operations and notes.
    pub fn steps(&self) -> usize {
        self.steps.len()
    }

    /// Visits the moments for which `chosen` says yes, in order, the end of the run included.
    pub fn cuts(&self, mut chosen: impl FnMut(usize) -> bool, mut visit: impl FnMut(&Moment)) {
        let mut moment = Moment { step: 0, notes: Vec::new(), image: Image::default() };
        for (number, step) in self.steps.iter().enumerate() {
            moment.step = number;
            if chosen(number) {
                visit(&moment);
            }
            moment.image.apply(step);
            if let Step::Note(note) = step {
                moment.notes.push(*note);
            }
        }
        moment.step = self.steps.len();
        visit(&moment);
    }
}

impl Moment {
    /// A disk in one of the states that are legal if the power went at this moment; `seed` chooses which.
    pub fn power_cut(&self, seed: u64) -> FaultDisk {
        FaultDisk::with(self.image.power_cut(&mut Dice::new(seed)), false)
    }

    /// The disk as the next process finds it if this one was killed at this moment: nothing is lost, and nothing more is
    /// durable.
    pub fn kill(&self) -> FaultDisk {
        FaultDisk::with(self.image.clone(), false)
    }
}

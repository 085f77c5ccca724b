//! What flows into a job while it runs.

use serde::{Deserialize, Serialize};

use crate::task::{INPUT_RATE_HZ, Wire};

/// A piece of what flows into a running job, besides its task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fed {
    /// The next sound.
    Sound {
        /// Mono, [`INPUT_RATE_HZ`]; at most [`MAX_FED_SAMPLES`].
        #[serde(skip)]
        audio: Vec<i16>,
    },
    /// The next text: whole characters, at most [`MAX_FED_BYTES`].
    Text(String),
}

/// The most samples in one [`Fed`]: a second.
pub const MAX_FED_SAMPLES: usize = INPUT_RATE_HZ as usize;
/// The most bytes of text in one [`Fed`].
pub const MAX_FED_BYTES: usize = 1 << 14;

impl Fed {
    /// Whether it is within the bounds.
    pub fn fits(&self) -> bool {
        match self {
            Self::Sound { audio } => audio.len() <= MAX_FED_SAMPLES,
            Self::Text(text) => text.len() <= MAX_FED_BYTES,
        }
    }
}

impl Wire for Fed {
    fn samples(&self) -> &[i16] {
        match self {
            Self::Sound { audio } => audio,
            Self::Text(_) => &[],
        }
    }
    fn attach(&mut self, samples: Vec<i16>) {
        if let Self::Sound { audio } = self {
            *audio = samples;
        }
    }
}

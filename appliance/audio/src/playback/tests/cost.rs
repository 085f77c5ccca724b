//! What a period costs. It fails on no slow day: `cargo test -p parley-audio what_a_period_costs -- --nocapture`.

use std::time::Instant;

use crate::playback::{Control, Feed, Part, Renderer};

#[test]
fn what_a_period_costs() {
    for feeds in [1, 4] {
        let (mixer, mut renderer) = Renderer::new(48_000, 480);
        let part = |number| if number == 0 { Part::Speech } else { Part::Sound };
        let mut open: Vec<(Feed, Control)> = (0..feeds).map(|number| mixer.open(part(number)).unwrap()).collect();
        let (mut period, samples) = ([0; 480], [1_000_i16; 480]);
        let mut measure = || {
            let mut spent = std::time::Duration::ZERO;
            for _ in 0..200 {
                for (feed, control) in &mut open {
                    assert_eq!(feed.offer(control.stream(), &samples), Ok(480));
                }
                let begun = Instant::now();
                renderer.render(std::hint::black_box(&mut period));
                spent += begun.elapsed();
            }
            spent.as_nanos() / 200
        };
        let best = (0..30).map(|_| measure()).min();
        println!("{feeds} feeds: {} ns for a period of 10 ms at 48 kHz", best.unwrap_or_default());
    }
}

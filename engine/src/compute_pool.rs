//! The model's threads: one pool, as many as this process may use processors, apart from those of the web server.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder, Yield};

pub struct ComputePool(ThreadPool);

impl ComputePool {
    /// `threads`: 0 for as many as there are processors.
    ///
    /// # Errors
    /// The system gives no more threads.
    pub fn new(threads: usize) -> Result<Self, ThreadPoolBuildError> {
        let builder = ThreadPoolBuilder::new().num_threads(threads).thread_name(|index| format!("model-{index}"));
        Ok(Self(builder.build()?))
    }

    /// `work` in the pool, where rayon's parallel iterators use all of its threads.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.0.install(work)
    }

    /// The same for work in many short parallel pieces, as a token is: threads that have nothing to do look for the next
    /// piece instead of falling asleep, from which they wake too late.
    pub fn run_awake<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let watch = &Watch::default();
        let others = self.0.current_num_threads() - 1;
        self.0.scope(|scope| {
            let worker = rayon::current_thread_index();
            scope.spawn_broadcast(move |_, thread| {
                // This thread's own share runs where it waits for others: to wait there for the end would be for ever.
                if Some(thread.index()) == worker || !watch.enter() {
                    return;
                }
                while !watch.is_over() {
                    if rayon::yield_now() != Some(Yield::Executed) {
                        std::hint::spin_loop();
                    }
                }
            });
            watch.begin_when(others);
            // Also if `work` panics.
            let _end = AtTheEnd(watch);
            work()
        })
    }
}

/// How long the work waits for threads that wake up to help.
const WAKING_TIME: Duration = Duration::from_micros(100);

/// Threads that stay awake together. Who comes once the work has begun stays out: it may be within a piece of that very
/// work, which would then wait for itself.
#[derive(Default)]
struct Watch {
    /// Threads inside, and [`BEGUN`].
    entered: AtomicUsize,
    is_over: AtomicBool,
}

const BEGUN: usize = 1 << (usize::BITS - 1);

impl Watch {
    fn enter(&self) -> bool {
        self.entered
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |entered| (entered & BEGUN == 0).then_some(entered + 1))
            .is_ok()
    }

    /// Once `threads` are inside, or a short time has passed.
    fn begin_when(&self, threads: usize) {
        let asked = Instant::now();
        while self.entered.load(Ordering::Acquire) < threads && asked.elapsed() < WAKING_TIME {
            std::hint::spin_loop();
        }
        self.entered.fetch_or(BEGUN, Ordering::AcqRel);
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Acquire)
    }
}

struct AtTheEnd<'a>(&'a Watch);

impl Drop for AtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::panic::{AssertUnwindSafe, catch_unwind};

    use rayon::prelude::*;

    use super::*;

    #[test]
    fn work_ends_whatever_happens_in_it() {
        let pool = ComputePool::new(3).unwrap();
        for round in 0..200 {
            let sums: u64 = pool.run_awake(|| {
                (0..20_u64).map(|piece| (0..50 + round).into_par_iter().map(|i| i * piece).sum::<u64>()).sum()
            });
            assert_eq!(sums, 190 * (0..50 + round).sum::<u64>());
        }
        let panicked = catch_unwind(AssertUnwindSafe(|| pool.run_awake(|| panic!("on purpose"))));
        assert!(panicked.is_err());
        assert_eq!(pool.run_awake(|| 7), 7, "the pool goes on");
    }

    #[test]
    fn who_comes_late_stays_out() {
        let watch = Watch::default();
        assert!(watch.enter());
        watch.begin_when(1);
        assert!(!watch.enter(), "it could be within the work");
        assert!(!watch.is_over());
        drop(AtTheEnd(&watch));
        assert!(watch.is_over());
    }
}

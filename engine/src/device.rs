//! Where a model computes: on a GPU if the program was built for one (the cargo features `cuda` and `metal`) and there
//! is one, else on the processor. The processor has model code of its own (`cpu`);
//! GPUs run it on candle's tensors (`gpu`).

use candle_core::Device;

/// The first GPU, else the processor.
pub fn best() -> Device {
    #[cfg(feature = "cuda")]
    let gpu = Device::new_cuda(0);
    #[cfg(all(feature = "metal", not(feature = "cuda")))]
    let gpu = Device::new_metal(0);
    #[cfg(any(feature = "cuda", feature = "metal"))]
    match gpu {
        Ok(device) => return device,
        Err(error) => tracing::warn!(%error, "no GPU; the processor computes"),
    }
    Device::Cpu
}

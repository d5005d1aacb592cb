//! `cargo bench -p engine --bench kernels`: products with stored weights, by format, kernel and number of inputs, in
//! the shape of Pixtral 12B's feed-forward network, and attention by kernel, length and number of queries.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use engine::kernels::{Attention, Multiplication, processors};

const SHAPE: [usize; 2] = [14_336, 5120];
const FORMATS: [&str; 8] = ["BF16", "F16", "Q8_0", "Q4_0", "Q3_K", "Q4_K", "Q5_K", "Q6_K"];
/// One token, four people's, a chunk of a prompt.
const INPUTS: [usize; 3] = [1, 4, 256];

fn products(criterion: &mut Criterion) {
    for inputs in INPUTS {
        let mut group = criterion.benchmark_group(format!("{inputs} inputs"));
        group.sample_size(10);
        for format in FORMATS {
            for processor in processors() {
                let Some(mut product) = Multiplication::new(processor, format, SHAPE, inputs) else { continue };
                // One input is bound by reading the weights, many by computing.
                group.throughput(if inputs == 1 {
                    Throughput::Bytes(product.weights_bytes() as u64)
                } else {
                    Throughput::Elements((SHAPE[0] * SHAPE[1] * inputs) as u64)
                });
                group.bench_function(BenchmarkId::new(format, processor), |bencher| {
                    // In the threads that compute, as in the engine.
                    rayon::scope(|_| bencher.iter(|| product.run()));
                });
            }
        }
        group.finish();
    }
}

/// One token, and a chunk of a prompt, after a short and a long conversation.
fn attention(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("attention");
    group.sample_size(10);
    for positions in [512, 4096] {
        for count in [1, 256] {
            for processor in processors() {
                let Some(mut attention) = Attention::new(processor, positions, count) else { continue };
                let name = BenchmarkId::new(format!("{count} of {positions}"), processor);
                group.bench_function(name, |bencher| rayon::scope(|_| bencher.iter(|| attention.run())));
            }
        }
    }
    group.finish();
}

criterion_group!(benches, products, attention);
criterion_main!(benches);

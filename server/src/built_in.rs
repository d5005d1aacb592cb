//! The demo model and the example pictures that the program carries in itself.

use std::path::PathBuf;

use engine::ModelSource;

/// The name under which the built-in model is asked for.
pub const NAME: &str = "mini";

/// Where `--model` points: the built-in model by its name, anything else is a path.
pub fn model_source(model: &str) -> ModelSource {
    if model != NAME {
        return ModelSource::Path(PathBuf::from(model));
    }
    ModelSource::BuiltIn {
        name: NAME,
        params_json: include_bytes!("../../models/mini/params.json"),
        tekken_json: include_bytes!("../../models/mini/tekken.json"),
        weights: include_bytes!("../../models/mini/consolidated.safetensors"),
    }
}

/**
 * Model files: weights in safetensors, settings in JSON, laid out in folders as Hugging Face's
 * diffusers and transformers publish them.
 *
 * <p>Files are hostile until checked: everything that a header, an index or a config claims is
 * verified before it is used. The pickles in files of torch are read as data: nothing in them is
 * looked up or called. Nothing here knows TensorFlow.
 *
 * <p>Starting points: {@link io.diffusion4j.checkpoint.ModelFolder} for a whole pipeline, {@link
 * io.diffusion4j.checkpoint.Checkpoint} for the weights of one network, {@link
 * io.diffusion4j.checkpoint.ComponentConfig} for its settings, {@link
 * io.diffusion4j.checkpoint.SafetensorsWriter} to save.
 */
@NullMarked
package io.diffusion4j.checkpoint;

import org.jspecify.annotations.NullMarked;

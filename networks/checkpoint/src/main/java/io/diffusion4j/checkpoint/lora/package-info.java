/**
 * Low-rank updates of published weights (LoRA, Hu et al. 2021), merged while weights are read.
 *
 * <p>{@link io.diffusion4j.checkpoint.lora.Lora} reads a file in the layout of diffusers, peft,
 * kohya or other trainers. {@link io.diffusion4j.checkpoint.lora.MergedTensors} is a {@link
 * io.diffusion4j.checkpoint.TensorSource} whose values are W + Σ scale·s·B·A, computed in float32.
 *
 * <pre>{@code
 * try (var lora = Lora.open(Path.of("watercolour.safetensors"));
 *     var weights = Checkpoint.open(Path.of("model/decoder"));
 *     var merged = MergedTensors.of(weights, List.of(new MergedTensors.ScaledLora(lora, 0.8)))) {
 *   ByteBuffer values = merged.raw("conv_in.weight", 0, 16);
 * }
 * }</pre>
 *
 * <p>The factor s is α/rank, α/√rank for files with {@code use_rslora}, and 1 without α. The scale
 * is the caller's: 1 as it was trained, 0 for no update, and a negative scale reverses it. Changed
 * tensors are float32 whatever the type of the weights, because small updates would be lost in
 * bfloat16. {@link io.diffusion4j.checkpoint.lora.LoraChoice} is a file with its name and scale, as
 * recipes record it.
 *
 * <p>{@link io.diffusion4j.checkpoint.lora.PipelineLoras} assigns the layers of a file to the
 * networks of a pipeline. An update without a matching layer is an error, and so are DoRA, LoHa and
 * LoKr. Updates are not applied at run time: drawing with them costs nothing, but another scale
 * needs the weights to be read again. Training is in {@code io.diffusion4j.nn.train.LowRank}.
 */
@NullMarked
package io.diffusion4j.checkpoint.lora;

import org.jspecify.annotations.NullMarked;

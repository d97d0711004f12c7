/**
 * Commands on files of weights: {@code pull}, {@code convert} and {@code export}.
 *
 * <pre>
 *   diffusion4j pull kakaobrain/karlo-v1-alpha
 *   diffusion4j convert model.ckpt --output model
 *   diffusion4j convert base.pt upsample.pt --as glide --tokenizer bpe --output glide
 *   diffusion4j export --onnx exported
 * </pre>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.cli.weights.PullCommand} downloads a published model to the cache
 *       that Python's tools share, by {@code io.diffusion4j.hub}. Other commands accept the name of
 *       a pulled model as {@code --model}.
 *   <li>{@link io.diffusion4j.cli.weights.ConvertCommand} reads torch files and safetensors and
 *       writes safetensors. With {@code --as}, it writes a folder that the commands which draw can
 *       open, with the settings that a bare file of weights lacks.
 *   <li>{@link io.diffusion4j.cli.weights.ExportCommand} writes the networks of a model as ONNX
 *       files for other runtimes, by {@code io.diffusion4j.onnx}.
 * </ul>
 *
 * <p>Torch files are parsed, never executed: the pickle reader of {@code io.diffusion4j.checkpoint}
 * knows tensors and containers and rejects everything else. So no code in a stranger's file is run.
 *
 * <p>To add a published layout, add its reader to the module of its family, and a word for {@code
 * --as}. Renaming of tensors belongs to that reader, never to a command.
 *
 * <p>Models that were trained here need no conversion: {@code train} writes diffusers' layout.
 * There is no upload, and no conversion to torch files, since every framework reads safetensors.
 */
@NullMarked
package io.diffusion4j.cli.weights;

import org.jspecify.annotations.NullMarked;

/**
 * Networks as ONNX files, for other runtimes.
 *
 * <pre>{@code
 * var options = OnnxOptions.plain(OnnxPrecision.FLOAT16);
 * var model = OnnxModel.of(Network.of(definition), weights, options);
 * model.write(Path.of("decoder.onnx"), OnnxModel.MAX_BYTES);
 * }</pre>
 *
 * <p>The batch is open in every file. Weights are read while a file is written, one tensor at a
 * time; those above {@link io.diffusion4j.onnx.OnnxModel#MAX_BYTES} are in a second file beside the
 * model. A file contains operators of the standard only, of version 18, or 22 for bfloat16.
 */
@NullMarked
package io.diffusion4j.onnx;

import org.jspecify.annotations.NullMarked;

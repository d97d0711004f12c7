/**
 * The diffusion transformer of Peebles &amp; Xie (2023): {@link io.diffusion4j.decoder.dit.Dit}.
 *
 * <p>An image becomes a sequence of patches; the time embedding, and any vector that is added to
 * it, set the scale, shift and gate of every block's normalisations (adaLN-Zero). The network is a
 * {@link io.diffusion4j.decoder.backbone.Backbone}, so models can use it in place of a U-Net:
 *
 * <pre>{@code
 * var shape = DitConfig.of(32, 4, 6, 384, 6); // 32×32 pixels, patches of 4×4, 6 blocks
 * Network network = Network.of((nn, inputs) -> List.of(
 *     shape.forward(
 *         nn,
 *         nn.input(inputs.floats("sample", 32, 32, 3)),
 *         nn.input(inputs.floats("time", shape.timeChannels())),
 *         List.of(),
 *         Context.none())));
 * }</pre>
 *
 * <p>The position of a patch is a sinusoid that is computed, not learned, so the network also runs
 * at other image sizes than the one of its training.
 *
 * <p>The keys are those of diffusers' {@code DiTTransformer2DModel}, except for the embedding of
 * time and class, which that class stores once per block: {@link
 * io.diffusion4j.decoder.dit.BlockCopies}. {@link io.diffusion4j.decoder.dit.OriginalDit} reads the
 * original's.
 */
@NullMarked
package io.diffusion4j.decoder.dit;

import org.jspecify.annotations.NullMarked;

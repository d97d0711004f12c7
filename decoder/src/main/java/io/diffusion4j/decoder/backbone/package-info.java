/**
 * The interface of networks that denoise images.
 *
 * <p>A {@link io.diffusion4j.decoder.backbone.Backbone} is a shape, such as widths and depths,
 * together with the layers that it implies. Models depend on this interface only, so the U-Net and
 * DiT are interchangeable in a decoder:
 *
 * <pre>{@code
 * Backbone backbone = DitConfig.of(32, 4, 6, 384, 6); // or a UnetConfig
 * NetworkDefinition network = DecoderModel.network(backbone, 0); // without context tokens
 * }</pre>
 *
 * <p>{@code forward} adds the layers to a network. Its inputs are the noised image {@code [B, H, W,
 * C]}, the sinusoid of the timestep {@code [B, T]}, an optional vector that is added to the time
 * embedding, such as a projected image embedding, and an optional {@link
 * io.diffusion4j.decoder.backbone.Context}: a sequence of tokens to which the network's attention
 * also attends, with the mask of its padding. Texts in a batch may have different lengths, because
 * the mask hides the padding.
 *
 * <p>The sinusoid is an input, computed in Java outside of the network, so that its bits do not
 * depend on the engine or on the size of the batch.
 *
 * <p>To add a backbone, implement the interface as a record, and let {@link
 * io.diffusion4j.decoder.DecoderFolders} read its settings, which selects the implementation by the
 * class name in {@code config.json}.
 *
 * <p>Checkpoint keys and settings files are not part of the interface: each implementation has its
 * own, as published. Neither are weights: a backbone is only data until an engine compiles it.
 */
@NullMarked
package io.diffusion4j.decoder.backbone;

import org.jspecify.annotations.NullMarked;

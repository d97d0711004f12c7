/**
 * What the networks that denoise images have in common: {@link
 * io.diffusion4j.decoder.backbone.Backbone}.
 */
@NullMarked
package io.diffusion4j.decoder.backbone;

import org.jspecify.annotations.NullMarked;

/**
 * From a message of the contract to a complete request.
 *
 * <p>{@link io.diffusion4j.serving.request.RequestResolver} checks every field, reports all
 * violations at once, and fills in the defaults of the model; its result, a {@link
 * io.diffusion4j.serving.request.ResolvedRequest}, gives the same pixels whenever it is drawn.
 * Images of clients are read by {@link io.diffusion4j.serving.request.InputImages} only, which
 * limits their bytes and pixels before it decodes them.
 */
@NullMarked
package io.diffusion4j.serving.request;

import org.jspecify.annotations.NullMarked;

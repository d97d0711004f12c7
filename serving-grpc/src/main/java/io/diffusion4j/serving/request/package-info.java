/**
 * Requests of the contract: validation, defaults, costs and recipes.
 *
 * <pre>{@code
 * ImageGenerator generator = new DirectGenerator(pipeline, Provenance.DECLARED);
 * byte[] png = generator.generate(request, progress -> {}).images().get(0).png();
 * }</pre>
 *
 * <p>A resolved request is complete: sent to another server with the same weights, it gives the
 * same images. The recipe in an image file is such a request for one image.
 */
@NullMarked
package io.diffusion4j.serving.request;

import org.jspecify.annotations.NullMarked;

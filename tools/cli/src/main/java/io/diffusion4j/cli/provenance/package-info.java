/**
 * The commands about the origin of pictures, by {@code io.diffusion4j.provenance}.
 *
 * <pre>
 *   diffusion4j keygen signing.key
 *   diffusion4j sign apple.jpg --sign signing.key --output signed.jpg
 *   diffusion4j verify apple.png --key signing.key.pub
 *   diffusion4j watermark pictures
 * </pre>
 *
 * <p>Commands that draw mark their files themselves, by {@link
 * io.diffusion4j.cli.options.ProvenanceOptions}. {@code watermark} measures the invisible watermark
 * after each {@code Attack}, a treatment such as recompression or cropping.
 */
@NullMarked
package io.diffusion4j.cli.provenance;

import org.jspecify.annotations.NullMarked;

/**
 * The commands about the origin of pictures: {@code keygen}, {@code sign}, {@code verify} and
 * {@code watermark}.
 *
 * <pre>
 *   diffusion4j keygen signing.key
 *   diffusion4j sign apple.jpg --sign signing.key --output signed.jpg
 *   diffusion4j verify apple.png --key signing.key.pub
 *   diffusion4j watermark pictures
 * </pre>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.cli.provenance.KeygenCommand} creates a key that signs pictures, or
 *       the secret of a watermark, in a file that only its owner can read.
 *   <li>{@link io.diffusion4j.cli.provenance.SignCommand} marks a file that was converted after it
 *       was drawn, because a conversion loses the marks.
 *   <li>{@link io.diffusion4j.cli.provenance.VerifyCommand} states whether a picture was made here,
 *       was changed since, or is unknown; scripts read this from the exit status.
 *   <li>{@link io.diffusion4j.cli.provenance.WatermarkCommand} measures the invisible watermark on
 *       a folder of pictures after each {@code Attack}, a treatment such as recompression or
 *       cropping.
 * </ul>
 *
 * <p>Commands that draw mark their files themselves, by {@link
 * io.diffusion4j.cli.options.ProvenanceOptions}. The marks are made and verified by {@code
 * io.diffusion4j.provenance}, which programs can call without this module.
 *
 * <p>To add an attack, add it to {@code Attack}, and it becomes a line of the table. A new kind of
 * mark starts in {@code io.diffusion4j.provenance}, which writes all marks of a file in their
 * order.
 *
 * <p>Not here: certificates are issued by an authority, and keys are kept by the operator; no
 * command uploads either. {@code verify} does not read C2PA manifests of other programs.
 */
@NullMarked
package io.diffusion4j.cli.provenance;

import org.jspecify.annotations.NullMarked;

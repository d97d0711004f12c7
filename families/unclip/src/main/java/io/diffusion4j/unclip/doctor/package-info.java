/**
 * The doctor: finds out why a model draws only noise.
 *
 * <p>A wrong setting and an untrained network look alike in the images. The doctor evaluates each
 * part of a pipeline folder on real pictures and separates the two.
 *
 * <pre>{@code
 * var doctor = new Doctor(Path.of("emoji/model"), compute, pictures, Optional.empty(), 32, 7);
 * for (Diagnosis diagnosis : doctor.diagnoses()) {
 *   System.out.println(diagnosis.part() + ": " + diagnosis.finding());
 * }
 * }</pre>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.unclip.doctor.Doctor} examines all parts in the order in which they
 *       work and returns a {@link io.diffusion4j.unclip.doctor.Diagnosis} of each.
 *   <li>A {@link io.diffusion4j.unclip.doctor.Verdict} sums up a diagnosis: the part is fine,
 *       untrained, misconfigured, broken, or was not examined.
 *   <li>CLIP is examined by retrieval: a picture's own caption must be nearer to it than other
 *       captions. The prior and the networks of pixels are examined by denoising: their error must
 *       be smaller than that of a constant prediction, under the folder's settings or under others.
 * </ul>
 *
 * <p>The doctor changes nothing and measures no image quality: that is in {@code
 * io.diffusion4j.evaluation}. A report without running networks is {@code UnclipReport}.
 */
@NullMarked
package io.diffusion4j.unclip.doctor;

import org.jspecify.annotations.NullMarked;

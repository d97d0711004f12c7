/**
 * The commands that examine: {@code inspect} lists the contents of a model folder or a file of
 * weights, and {@code doctor} finds the reason why something does not work.
 *
 * <pre>
 *   diffusion4j inspect emoji/model
 *   diffusion4j doctor --model training/emoji/model
 *   diffusion4j doctor --state training/emoji/state
 *   diffusion4j doctor --machine --require-gpu
 * </pre>
 *
 * <ul>
 *   <li>{@link io.diffusion4j.cli.inspect.InspectCommand} reads headers and settings only, so it
 *       takes no time even for large models. It reports missing, unused and misshapen tensors of
 *       all components at once.
 *   <li>{@link io.diffusion4j.cli.inspect.DoctorCommand} runs networks or reads measurements: a
 *       model (are its parts trained, and do they fit each other?), a training (does the loss fall,
 *       are gradients healthy?), a cluster before a training, or this machine.
 * </ul>
 *
 * <p>The exit status of both is 1 if something is wrong, so they suit scripts, and {@code inspect
 * --json} prints the report for programs.
 *
 * <p>The checks of a model are in {@link io.diffusion4j.unclip.doctor.Doctor}, those of folders in
 * {@link io.diffusion4j.pipeline.OpenPipeline}. {@code MachineHealth}, {@code ClusterHealth} and
 * {@code TrainingHealth} are classes of this package, because only the command line needs them. To
 * add a check, add it to the class of its subject, with a test in which it fails.
 *
 * <p>Nothing is repaired. How good a working model is, is measured by {@code evaluate}.
 */
@NullMarked
package io.diffusion4j.cli.inspect;

import org.jspecify.annotations.NullMarked;

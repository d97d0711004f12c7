/**
 * The commands that make a model: {@code train} and {@code init}, and those that fetch or rewrite
 * its weights, {@code pull}, {@code convert} and {@code export}.
 *
 * <pre>
 *   diffusion4j train all --preset tiny
 *   diffusion4j train all --data pictures --preset my-sizes.yaml --model my-model
 *   diffusion4j init --config small --output random
 *   diffusion4j pull kakaobrain/karlo-v1-alpha
 *   diffusion4j convert model.ckpt --output model
 *   diffusion4j export --onnx exported
 * </pre>
 *
 * <p>{@link io.diffusion4j.cli.train.TrainCommand} trains one part or all parts in their order, on
 * emoji art or on the user's pictures. The same command resumes an interrupted training from its
 * last state. {@link io.diffusion4j.cli.train.InitCommand} writes a complete pipeline that draws
 * noise, to try loaders and servers with.
 *
 * <p>The options are groups by subject: {@code DataOptions} (pictures, split, preparation), {@code
 * ScheduleOptions} (length, learning rate, trained parameters), {@code SampleOptions} (pictures and
 * measurements during the training) and {@code ClusterOptions} (several processes). {@code
 * --technique} changes one of the techniques of the shipped model, for ablations.
 *
 * <p>{@link io.diffusion4j.cli.train.TrainingWatcher} shows the loss on the terminal and writes
 * events for TensorBoard, which {@code doctor} and {@code plot training} also read. In a group of
 * processes, only the first has output; the others are {@code Follower}s.
 *
 * <p>The trainings themselves are in {@link io.diffusion4j.training.ModelTraining}, the loop in
 * {@code io.diffusion4j.nn.train}, and presets in {@code io.diffusion4j.training}. To add an option
 * of a part, add a technique there rather than a flag here: the command accepts it by its name.
 *
 * <p>Not here: a queue of trainings, a search over settings, and uploads of the result. A shell
 * script around the command does these, since its exit status distinguishes a failure from a lost
 * process (75), which can be resumed.
 */
@NullMarked
package io.diffusion4j.cli.train;

import org.jspecify.annotations.NullMarked;

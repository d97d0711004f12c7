package io.diffusion4j.serving.model;

import io.diffusion4j.diffusion.argument.Check;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A folder of the user's own pictures, from which clients draw and train: its pictures are found by
 * {@link ImageIndex}, and updates that are trained on some of them can be chosen in requests. One
 * job runs at a time. A server has one palette, or none.
 *
 * <p>Implementations are thread-safe.
 */
public interface Palette {
  /** The name of its index in requests. */
  String INDEX = "palette";

  /**
   * The indexed pictures, and the latest job.
   *
   * @param pictures the number of indexed pictures
   * @param job {@code index} or {@code train NAME}; empty before the first job
   * @param running whether the job has not ended
   * @param done the pictures or steps that are done
   * @param total all pictures or steps of the job
   * @param failure the reason why the job failed; empty if it did not
   * @param maxSteps the largest number of steps of a training; 0 if nothing may be trained
   */
  record State(
      int pictures,
      String job,
      boolean running,
      long done,
      long total,
      String failure,
      int maxSteps) {}

  /**
   * A training of a low-rank update (LoRA).
   *
   * @param name the name of the update in later requests
   * @param pictures the names of pictures in the index, at least one
   * @param caption the caption of all pictures; empty for the captions that they have
   * @param steps the number of steps; 0 for the largest permitted number
   */
  record Training(String name, List<String> pictures, String caption, int steps) {
    public Training {
      pictures = List.copyOf(pictures);
      Check.that(!pictures.isEmpty(), "pictures", "none", "names of indexed pictures");
    }
  }

  /** Returns the present state. */
  State state();

  /**
   * Embeds new pictures of the folder, and forgets deleted ones.
   *
   * @return completed when the job has ended
   * @throws io.grpc.StatusRuntimeException {@code ABORTED} while another job runs
   */
  CompletableFuture<Void> index();

  /**
   * Trains an update of the model that embedded the pictures, which then has it.
   *
   * @return completed when the job has ended
   * @throws IllegalArgumentException if a value is wrong, or nothing may be trained
   * @throws io.grpc.StatusRuntimeException {@code ABORTED} while another job runs
   */
  CompletableFuture<Void> train(Training training);

  /** Stops the running job, if there is one; a stopped training leaves no update. */
  void stop();

  /** Returns the square in the middle of a picture as a PNG file; empty for unknown names. */
  Optional<byte[]> picture(String name);
}

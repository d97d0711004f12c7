package io.diffusion4j.serving.jobs;

import io.diffusion4j.diffusion.filter.Filters;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.pipeline.Embedder;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.serving.request.ImageBatch;
import io.diffusion4j.serving.request.ImageBatch.Drawn;
import io.diffusion4j.serving.request.ImageBatch.Slot;
import io.diffusion4j.serving.request.ImageFile;
import io.diffusion4j.serving.request.ResolvedRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * A range of a request's images that are drawn together.
 *
 * @param request the request
 * @param from the first image, counted from 0 in the request
 * @param to the end of the range, exclusive
 */
record ImageRange(ResolvedRequest request, int from, int to) {
  int size() {
    return to - from;
  }

  /** Returns the indices of the images, counted from the request's {@code first_image}. */
  List<Integer> indices() {
    return IntStream.range(from, to).mapToObj(this::index).toList();
  }

  /** Draws, filters, scores and encodes the images. */
  List<ImageFile> draw(SamplingListener listener, Filters.Listener judged) {
    var batch =
        new ImageBatch(IntStream.range(from, to).mapToObj(i -> new Slot(request, i, i)).toList());
    List<Drawn> drawn = batch.draw(request.noise(from, to), listener, judged);
    List<Double> scores = scores(request.task(), drawn.stream().map(Drawn::image).toList());
    return IntStream.range(0, size())
        .mapToObj(
            i ->
                drawn
                    .get(i)
                    .encode(
                        scores.isEmpty()
                            ? OptionalDouble.empty()
                            : OptionalDouble.of(scores.get(i))))
        .toList();
  }

  /**
   * Returns the similarity of each image to the prompt; empty if there is no prompt, or no image
   * encoder.
   */
  private List<Double> scores(ImageTask task, List<Image> images) {
    Optional<Embedder> space = request.engine().embedder();
    String text = task.words(0).text();
    if (text.isBlank() || space.flatMap(Embedder::images).isEmpty()) {
      return List.of();
    }
    return space.get().similarities(text, images);
  }

  /** Returns the progress of the whole request at this progress of the batch. */
  JobEvent.Progress progress(SamplingListener.Progress at, Pace pace) {
    Map<String, Long> left = new HashMap<>();
    boolean reached = false;
    for (Stage stage : request.card().stages()) {
      long steps = request.steps(stage);
      long done = reached ? 0 : steps; // of this batch, in this stage
      if (stage.name().equals(at.stage())) {
        reached = true;
        done = steps * at.step() / at.steps(); // a sampler may call the network twice a step
      }
      long imagesLeft = (long) request.imageCount() - to;
      left.put(stage.name(), imagesLeft * steps + size() * (steps - done));
    }
    if (!reached) {
      throw new IllegalStateException(
          "stage: " + at.stage() + " (expected: one of " + left.keySet() + ")");
    }
    long total = request.imageSteps();
    long totalLeft = left.values().stream().mapToLong(Long::longValue).sum();
    return new JobEvent.Progress(
        at.stage(),
        at.step(),
        at.steps(),
        indices(),
        total - totalLeft,
        total,
        pace.estimate(request.card().name(), left));
  }

  /**
   * Returns whether previews are due: the request includes one at this step of a stage with pixels.
   */
  boolean hasPreviews(SamplingListener.Progress at) {
    int every = request.previewEverySteps();
    return every != 0
        && at.step() != 0
        && at.step() != at.steps()
        && at.step() % every == 0
        && request.card().stage(at.stage()).orElseThrow().draws().areDrawn();
  }

  /** Encodes a preview of each final image, at the size of the stage. */
  List<JobEvent.Preview> previews(SamplingListener.Progress at) {
    Stage stage = request.card().stage(at.stage()).orElseThrow();
    Pixels size = at.size().or(stage.draws());
    int width = size.width();
    int height = size.height();
    List<JobEvent.Preview> previews = new ArrayList<>();
    for (int i = 0; i < at.x0().size(); i++) {
      byte[] png = Png.encode(new Image(width, height, at.x0().get(i)), Map.of());
      previews.add(
          new JobEvent.Preview(index(from + i), at.stage(), at.step(), width, height, png));
    }
    return previews;
  }

  private int index(int i) {
    return request.firstImage() + i;
  }
}

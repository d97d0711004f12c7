package io.diffusion4j.serving.request;

import io.diffusion4j.diffusion.filter.Filters;
import io.diffusion4j.diffusion.filter.Verdict;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Images of requests that are drawn together: with the same model, settings and task but for its
 * prompts.
 *
 * @param images the images, at least one
 */
public record ImageBatch(List<Slot> images) {
  public ImageBatch {
    images = List.copyOf(images);
  }

  /**
   * An image of a request.
   *
   * @param index the image of the request, from 0
   * @param place its place among the images of all requests, from 0
   */
  public record Slot(ResolvedRequest request, int index, int place) {
    /** Returns the noise that the seed of the request gives. */
    public NoiseSource noise() {
      return request.noise(index, index + 1).get(0);
    }
  }

  /** An image that was drawn and judged. */
  public record Drawn(Slot slot, Image image, Verdict verdict) {
    /**
     * Returns the file of the image, or only the scores if a filter refused it.
     *
     * @param score the similarity of prompt and image; empty if it is unknown
     */
    public ImageFile encode(OptionalDouble score) {
      return new ImageFile(slot.request.encode(slot.index, image, score, verdict));
    }
  }

  /** What the images of a batch have in common. */
  private record Common(Object model, Object moderation, Map<String, ?> options, Object task) {
    static Common of(ResolvedRequest request) {
      return new Common(
          request.engine(),
          request.request().getModeration(),
          request.options(),
          shared(request.task()));
    }

    /** Returns the task without its prompts; a task that is not shared is equal to itself only. */
    private static Object shared(ImageTask task) {
      if (task instanceof ImageTask.TextToImage) {
        return ImageTask.Kind.TEXT_TO_IMAGE;
      }
      if (task instanceof ImageTask.FromEmbedding embedding) {
        return List.of(ImageTask.Kind.FROM_EMBEDDING, embedding.words());
      }
      if (task instanceof ImageTask.Hinted hinted
          && hinted.task() instanceof ImageTask.TextToImage) {
        return List.of(hinted.hint().width(), FloatBuffer.wrap(hinted.hint().pixels()));
      }
      if (task instanceof ImageTask.Unconditional) {
        return task;
      }
      return new Object();
    }
  }

  /** Returns all images of requests in as few batches as possible, in their order. */
  public static List<ImageBatch> of(List<ResolvedRequest> requests) {
    Map<Common, List<Slot>> batches = new LinkedHashMap<>();
    int place = 0;
    for (ResolvedRequest request : requests) {
      List<Slot> batch = batches.computeIfAbsent(Common.of(request), common -> new ArrayList<>());
      for (int i = 0; i < request.imageCount(); i++) {
        batch.add(new Slot(request, i, place++));
      }
    }
    return batches.values().stream().map(ImageBatch::new).toList();
  }

  /**
   * Draws the images and judges them.
   *
   * @param noise the noise of each image
   */
  public List<Drawn> draw(
      List<NoiseSource> noise, SamplingListener listener, Filters.Listener judged) {
    ResolvedRequest first = images.get(0).request();
    List<Image> drawn = first.engine().draw(task(), first.stages(), noise, listener);
    if (drawn.size() != images.size()) {
      throw new IllegalStateException(
          "images: " + drawn.size() + " drawn (expected: " + images.size() + ")");
    }
    List<Verdict> verdicts = first.judge(drawn, judged);
    return IntStream.range(0, drawn.size())
        .mapToObj(i -> new Drawn(images.get(i), drawn.get(i), verdicts.get(i)))
        .toList();
  }

  /** Returns the task with the prompts of all images. */
  @SuppressWarnings("ReferenceEquality") // one request, not equal ones
  private ImageTask task() {
    ImageTask task = images.get(0).request().task();
    if (images.stream().allMatch(image -> image.request() == images.get(0).request())) {
      return task;
    }
    if (task instanceof ImageTask.TextToImage) {
      return prompts();
    }
    if (task instanceof ImageTask.Hinted hinted) {
      return new ImageTask.Hinted(prompts(), hinted.hint());
    }
    return task instanceof ImageTask.FromEmbedding embedding
        ? new ImageTask.FromEmbedding(
            images.stream()
                .map(image -> (ImageTask.FromEmbedding) image.request().task())
                .map(own -> own.imageEmbeddings().get(0))
                .toList(),
            embedding.words())
        : task;
  }

  private ImageTask prompts() {
    return new ImageTask.TextToImage(
        images.stream().map(image -> image.request().task().words(0)).toList());
  }
}

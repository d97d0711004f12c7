package io.diffusion4j.serving.request;

import com.google.common.primitives.Floats;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.sampling.Resampling;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesRequest.TaskCase;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.ResamplingOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tasks of requests, as they stand on the wire. */
final class Tasks {
  private Tasks() {}

  /** The kind of a task, which has the name of its field. */
  static ImageTask.Kind kind(TaskCase task) {
    return ImageTask.Kind.valueOf(task.name());
  }

  /**
   * The task of a request that {@link TaskResolver} has resolved. Its images are decoded anew each
   * time, so that a request that waits holds files, not pixels.
   */
  static ImageTask of(GenerateImagesRequest request) {
    return switch (request.getTaskCase()) {
      case TEXT_TO_IMAGE -> new ImageTask.TextToImage(words(request.getTextToImage().getPrompt()));
      case VARIATION -> {
        var task = request.getVariation();
        yield new ImageTask.Variation(
            InputImages.ofCanonical(task.getImage()), words(task.getPrompt()));
      }
      case INTERPOLATION -> {
        var task = request.getInterpolation();
        yield new ImageTask.Interpolation(
            InputImages.ofCanonical(task.getFirst()),
            InputImages.ofCanonical(task.getSecond()),
            task.getRatio());
      }
      case INPAINT -> {
        var task = request.getInpaint();
        yield new ImageTask.Inpaint(
            InputImages.ofCanonical(task.getImage()),
            InputImages.ofCanonical(task.getMask()),
            words(task.getPrompt()),
            task.hasResampling() ? resampling(task.getResampling()) : Resampling.NONE);
      }
      case IMAGE_TO_IMAGE -> {
        var task = request.getImageToImage();
        yield new ImageTask.ImageToImage(
            InputImages.ofCanonical(task.getImage()), task.getStrength(), words(task.getPrompt()));
      }
      case UPSCALE ->
          new ImageTask.Upscale(InputImages.ofCanonical(request.getUpscale().getImage()));
      case TEXT_DIFF -> {
        var task = request.getTextDiff();
        yield new ImageTask.TextDiff(
            InputImages.ofCanonical(task.getImage()),
            task.getFromText(),
            task.getToText(),
            task.getRatio());
      }
      case FROM_EMBEDDING -> {
        var task = request.getFromEmbedding();
        yield new ImageTask.FromEmbedding(
            List.of(Floats.toArray(task.getImageEmbedding().getValuesList())),
            words(task.getPrompt()));
      }
      case TASK_NOT_SET -> throw new IllegalStateException("task: none");
    };
  }

  private static ImageTask.Words words(PromptSpec prompt) {
    return new ImageTask.Words(prompt.getText(), prompt.getNegativeText());
  }

  private static Resampling resampling(ResamplingOptions options) {
    return new Resampling(options.getJumpLength(), options.getTimes());
  }

  /** All texts of the task, by the paths of their fields. */
  static Map<String, String> texts(GenerateImagesRequest request) {
    String task = kind(request.getTaskCase()).label();
    return switch (request.getTaskCase()) {
      case TEXT_TO_IMAGE -> texts(task, request.getTextToImage().getPrompt());
      case VARIATION -> texts(task, request.getVariation().getPrompt());
      case INPAINT -> texts(task, request.getInpaint().getPrompt());
      case IMAGE_TO_IMAGE -> texts(task, request.getImageToImage().getPrompt());
      case FROM_EMBEDDING -> texts(task, request.getFromEmbedding().getPrompt());
      case TEXT_DIFF -> {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put(task + ".from_text", request.getTextDiff().getFromText());
        texts.put(task + ".to_text", request.getTextDiff().getToText());
        yield texts;
      }
      case UPSCALE -> texts(task, request.getUpscale().getPrompt());
      case INTERPOLATION, TASK_NOT_SET -> Map.of();
    };
  }

  private static Map<String, String> texts(String task, PromptSpec prompt) {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put(task + ".prompt.text", prompt.getText());
    texts.put(task + ".prompt.negative_text", prompt.getNegativeText());
    return texts;
  }
}

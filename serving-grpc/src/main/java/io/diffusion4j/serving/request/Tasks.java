package io.diffusion4j.serving.request;

import com.google.common.primitives.Floats;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.sampling.Resampling;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesRequest.TaskCase;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.ResamplingOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

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
      case UNCONDITIONAL -> {
        var task = request.getUnconditional();
        yield new ImageTask.Unconditional(
            task.hasLabel() ? OptionalInt.of(task.getLabel()) : OptionalInt.empty());
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

  /** Whether the task has images, which have to be decoded. */
  static boolean hasImages(GenerateImagesRequest request) {
    return switch (request.getTaskCase()) {
      case VARIATION, INTERPOLATION, INPAINT, IMAGE_TO_IMAGE, UPSCALE, TEXT_DIFF -> true;
      case TEXT_TO_IMAGE, FROM_EMBEDDING, UNCONDITIONAL, TASK_NOT_SET -> false;
    };
  }

  /** All texts of the task, by the paths of their fields. */
  static Map<String, String> texts(GenerateImagesRequest request) {
    Map<String, String> texts = new LinkedHashMap<>();
    FieldDescriptor task =
        request.getOneofFieldDescriptor(GenerateImagesRequest.getDescriptor().getOneofs().get(0));
    if (task != null) {
      Message own = (Message) request.getField(task);
      for (FieldDescriptor field : task.getMessageType().getFields()) {
        String path = task.getName() + "." + field.getName();
        if (own.getField(field) instanceof PromptSpec prompt) {
          texts.put(path + ".text", prompt.getText());
          texts.put(path + ".negative_text", prompt.getNegativeText());
        } else if (own.getField(field) instanceof String text) {
          texts.put(path, text);
        }
      }
    }
    return texts;
  }
}

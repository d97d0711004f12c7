package io.diffusion4j.serving.request;

import com.google.common.primitives.Floats;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.sampling.Resampling;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesRequest.TaskCase;
import io.diffusion4j.serving.v1.HintedTask;
import io.diffusion4j.serving.v1.InputImage;
import io.diffusion4j.serving.v1.MixIngredient;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.ResamplingOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;

/** A translation of tasks from messages of the contract. */
final class Tasks {
  private Tasks() {}

  /** Returns the kind of a task, which has the name of the task's field. */
  static ImageTask.Kind kind(TaskCase task) {
    return ImageTask.Kind.valueOf(task.name());
  }

  /**
   * Returns the task of a request that {@link TaskResolver} has resolved.
   *
   * @param images returns the pixels of a canonical file
   */
  static ImageTask of(GenerateImagesRequest request, Function<InputImage, Image> images) {
    return switch (request.getTaskCase()) {
      case TEXT_TO_IMAGE -> new ImageTask.TextToImage(words(request.getTextToImage().getPrompt()));
      case VARIATION -> {
        var task = request.getVariation();
        yield new ImageTask.Variation(
            images.apply(task.getImage()), words(task.getPrompt()), task.getLikeness());
      }
      case INTERPOLATION -> {
        var task = request.getInterpolation();
        yield new ImageTask.Interpolation(
            images.apply(task.getFirst()), images.apply(task.getSecond()), task.getRatio());
      }
      case INPAINT -> {
        var task = request.getInpaint();
        yield new ImageTask.Inpaint(
            images.apply(task.getImage()),
            images.apply(task.getMask()),
            words(task.getPrompt()),
            task.hasResampling() ? resampling(task.getResampling()) : Resampling.NONE);
      }
      case IMAGE_TO_IMAGE -> {
        var task = request.getImageToImage();
        yield new ImageTask.ImageToImage(
            images.apply(task.getImage()), task.getStrength(), words(task.getPrompt()));
      }
      case UPSCALE -> new ImageTask.Upscale(images.apply(request.getUpscale().getImage()));
      case TEXT_DIFF -> {
        var task = request.getTextDiff();
        yield new ImageTask.TextDiff(
            images.apply(task.getImage()), task.getFromText(), task.getToText(), task.getRatio());
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
      case MIX ->
          new ImageTask.Mix(
              request.getMix().getIngredientsList().stream()
                  .map(one -> ingredient(one, images))
                  .toList(),
              request.getMix().getNegativeText());
      case TOWARD_TEXT -> {
        var task = request.getTowardText();
        yield new ImageTask.TowardText(
            images.apply(task.getImage()), task.getStrength(), words(task.getPrompt()));
      }
      case HINTED ->
          new ImageTask.Hinted(
              of(inner(request.getHinted()).build(), images),
              images.apply(request.getHinted().getHint()));
      case TASK_NOT_SET -> throw new IllegalStateException("task: none");
    };
  }

  private static ImageTask.Ingredient ingredient(
      MixIngredient ingredient, Function<InputImage, Image> images) {
    return ingredient.hasImage()
        ? new ImageTask.Ingredient.Picture(
            images.apply(ingredient.getImage()), ingredient.getWeight())
        : new ImageTask.Ingredient.Text(ingredient.getText(), ingredient.getWeight());
  }

  /**
   * Returns the task inside a hinted task as a request of its own; has no task if there is none.
   */
  static GenerateImagesRequest.Builder inner(HintedTask task) {
    var request = GenerateImagesRequest.newBuilder();
    return switch (task.getTaskCase()) {
      case TEXT_TO_IMAGE -> request.setTextToImage(task.getTextToImage());
      case VARIATION -> request.setVariation(task.getVariation());
      case IMAGE_TO_IMAGE -> request.setImageToImage(task.getImageToImage());
      case TASK_NOT_SET -> request;
    };
  }

  private static ImageTask.Words words(PromptSpec prompt) {
    return new ImageTask.Words(prompt.getText(), prompt.getNegativeText());
  }

  private static Resampling resampling(ResamplingOptions options) {
    return new Resampling(options.getJumpLength(), options.getTimes());
  }

  /** Returns whether the task has images to decode. */
  static boolean hasImages(GenerateImagesRequest request) {
    return switch (request.getTaskCase()) {
      case VARIATION, INTERPOLATION, INPAINT, IMAGE_TO_IMAGE, UPSCALE, TEXT_DIFF -> true;
      case TOWARD_TEXT, HINTED -> true;
      case MIX -> request.getMix().getIngredientsList().stream().anyMatch(MixIngredient::hasImage);
      case TEXT_TO_IMAGE, FROM_EMBEDDING, UNCONDITIONAL, TASK_NOT_SET -> false;
    };
  }

  /** Returns all texts of the task by the paths of their fields. */
  static Map<String, String> texts(GenerateImagesRequest request) {
    Map<String, String> texts = new LinkedHashMap<>();
    FieldDescriptor task =
        request.getOneofFieldDescriptor(GenerateImagesRequest.getDescriptor().getOneofs().get(0));
    if (task != null) {
      texts(task.getName(), (Message) request.getField(task), texts);
    }
    return texts;
  }

  private static void texts(String path, Message message, Map<String, String> texts) {
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      String own = path + "." + field.getName();
      if (field.isRepeated()) {
        for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
          addTexts(own + "[" + i + "]", message.getRepeatedField(field, i), texts);
        }
      } else if (!field.hasPresence() || message.hasField(field)) {
        addTexts(own, message.getField(field), texts);
      }
    }
  }

  private static void addTexts(String path, Object value, Map<String, String> texts) {
    if (value instanceof Message message) {
      texts(path, message, texts);
    } else if (value instanceof String text) {
      texts.put(path, text);
    }
  }
}

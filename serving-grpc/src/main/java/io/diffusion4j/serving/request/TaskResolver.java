package io.diffusion4j.serving.request;

import static io.diffusion4j.diffusion.pipeline.ImageTask.Kind.TEXT_TO_IMAGE;
import static io.diffusion4j.diffusion.pipeline.ImageTask.Kind.UNCONDITIONAL;
import static io.diffusion4j.diffusion.pipeline.ImageTask.Kind.VARIATION;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.pipeline.Embedder;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.Sizes;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.errors.Violations;
import io.diffusion4j.serving.request.InputImages.Taken;
import io.diffusion4j.serving.v1.FromEmbeddingTask;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.HintedTask;
import io.diffusion4j.serving.v1.ImageToImageTask;
import io.diffusion4j.serving.v1.InpaintTask;
import io.diffusion4j.serving.v1.InputImage;
import io.diffusion4j.serving.v1.InterpolationTask;
import io.diffusion4j.serving.v1.MixTask;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.ResamplingOptions;
import io.diffusion4j.serving.v1.TextDiffTask;
import io.diffusion4j.serving.v1.TowardTextTask;
import io.diffusion4j.serving.v1.UnconditionalTask;
import io.diffusion4j.serving.v1.UpscaleTask;
import io.diffusion4j.serving.v1.VariationTask;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Checks the task of a request and fills in its defaults.
 *
 * @param engine the model, which supports the task
 * @param violations the list to which faults are added
 * @param images the map to which the pixels of each accepted image are added, by its file
 */
public record TaskResolver(
    ImagePipeline engine, Violations violations, Map<InputImage, Image> images) {
  /** The largest number of code points in a text. */
  public static final int MAX_TEXT_LENGTH = 20_000;

  private static final double RATIO = 0.5;
  private static final double STRENGTH = 0.5;

  /** The default ratio: the middle of the range in the paper (DALL-E 2, §3.3). */
  static final double TEXT_DIFF_RATIO = 0.35;

  private static final int MAX_REPEATS = 100;

  /** The default strength, as published. */
  private static final double TOWARD_TEXT_STRENGTH = 0.3;

  /**
   * The largest weight of an ingredient; larger embeddings are far from a decoder's training data.
   */
  private static final int MAX_WEIGHT = 100;

  /** The largest absolute value in an embedding. Typical values are about 1; 3e38 gives NaN. */
  private static final int MAX_OF_EMBEDDING = 10_000;

  /** Fills in the defaults of the task and adds its faults; faulty fields are left unchanged. */
  void resolve(GenerateImagesRequest.Builder request) {
    Tasks.texts(request.build()).forEach((field, text) -> checkText(field, text, violations));
    switch (request.getTaskCase()) {
      case TEXT_TO_IMAGE -> requireWords(request.getTextToImage().getPrompt().getText());
      case VARIATION -> variation(request.getVariationBuilder());
      case INTERPOLATION -> interpolation(request.getInterpolationBuilder());
      case INPAINT -> inpaint(request.getInpaintBuilder());
      case IMAGE_TO_IMAGE -> imageToImage(request.getImageToImageBuilder());
      case UPSCALE -> upscale(request.getUpscaleBuilder());
      case TEXT_DIFF -> textDiff(request.getTextDiffBuilder());
      case FROM_EMBEDDING -> fromEmbedding(request.getFromEmbedding());
      case UNCONDITIONAL -> unconditional(request.getUnconditional());
      case MIX -> mix(request.getMixBuilder());
      case TOWARD_TEXT -> towardText(request.getTowardTextBuilder());
      case HINTED -> hinted(request.getHintedBuilder());
      case TASK_NOT_SET -> throw new IllegalStateException("task: none");
    }
  }

  private void requireWords(String text) {
    if (text.isBlank()) {
      violations.add("text_to_image.prompt.text", Errors.quote(text), "some words");
    }
  }

  private void variation(VariationTask.Builder task) {
    take("variation.image", task.getImage()).map(Taken::file).ifPresent(task::setImage);
    checkShare("variation.likeness", task.getLikeness());
    if (task.getLikeness() > 0 && !engine.card().findsNoise()) {
      violations.add(
          "variation.likeness",
          task.getLikeness(),
          "0; the model does not find the noise of an image");
    }
  }

  private void interpolation(InterpolationTask.Builder task) {
    take("interpolation.first", task.getFirst()).map(Taken::file).ifPresent(task::setFirst);
    take("interpolation.second", task.getSecond()).map(Taken::file).ifPresent(task::setSecond);
    if (!task.hasRatio()) {
      task.setRatio(RATIO);
    }
    checkShare("interpolation.ratio", task.getRatio());
  }

  private void inpaint(InpaintTask.Builder task) {
    Optional<Taken> image = takePicture("inpaint.image", task.getImage());
    Optional<Taken> mask = take("inpaint.mask", task.getMask());
    if (image.isPresent() && mask.isPresent() && !size(mask.get()).equals(size(image.get()))) {
      violations.add(
          "inpaint.mask.data", size(mask.get()), size(image.get()) + ", the size of the image");
    }
    image.map(Taken::file).ifPresent(task::setImage);
    mask.map(Taken::file).ifPresent(task::setMask);
    checkEditedWords("inpaint", task.getPrompt());
    if (task.hasResampling()) {
      ResamplingOptions options = task.getResampling();
      checkRepeats("inpaint.resampling.jump_length", options.getJumpLength());
      checkRepeats("inpaint.resampling.times", options.getTimes());
    }
  }

  private void checkRepeats(String field, int value) {
    if (value < 1 || value > MAX_REPEATS) {
      violations.add(field, value, "1 to " + MAX_REPEATS);
    }
  }

  private void imageToImage(ImageToImageTask.Builder task) {
    takePicture("image_to_image.image", task.getImage()).map(Taken::file).ifPresent(task::setImage);
    if (!task.hasStrength()) {
      task.setStrength(STRENGTH);
    }
    checkShare("image_to_image.strength", task.getStrength());
    checkEditedWords("image_to_image", task.getPrompt());
  }

  private void upscale(UpscaleTask.Builder task) {
    int side = engine.card().images().width();
    takeSquare("upscale.image", task.getImage())
        .ifPresent(
            image -> {
              if (image.width() >= side) {
                violations.add(
                    "upscale.image.data",
                    size(image),
                    "smaller than " + side + "×" + side + ", the images of the model");
              }
              task.setImage(image.file());
            });
    checkUnread("upscale.prompt.text", task.getPrompt().getText());
    checkUnread("upscale.prompt.negative_text", task.getPrompt().getNegativeText());
  }

  private void checkUnread(String field, String text) {
    if (!text.isEmpty()) {
      violations.add(field, Errors.quote(text), "empty; the upsampler reads no words");
    }
  }

  private void textDiff(TextDiffTask.Builder task) {
    takeSquare("text_diff.image", task.getImage()).map(Taken::file).ifPresent(task::setImage);
    if (task.getToText().isBlank()) {
      violations.add("text_diff.to_text", Errors.quote(task.getToText()), "some words");
    } else if (task.getToText().equals(task.getFromText())) {
      violations.add(
          "text_diff.to_text", Errors.quote(task.getToText()), "another text than from_text");
    }
    if (!task.hasRatio()) {
      task.setRatio(TEXT_DIFF_RATIO);
    }
    checkShare("text_diff.ratio", task.getRatio());
  }

  private void fromEmbedding(FromEmbeddingTask task) {
    var values = task.getImageEmbedding().getValuesList();
    String field = "from_embedding.image_embedding.values";
    int size = engine.embedder().map(Embedder::size).orElse(values.size());
    if (values.size() != size) {
      violations.add(field, values.size() + " values", size + " values");
    }
    for (int i = 0; i < values.size(); i++) {
      float value = values.get(i);
      if (!Float.isFinite(value)) {
        violations.add(field + "[" + i + "]", value, "finite");
      } else if (Math.abs(value) > MAX_OF_EMBEDDING) {
        violations.add(field + "[" + i + "]", value, -MAX_OF_EMBEDDING + " to " + MAX_OF_EMBEDDING);
      }
    }
  }

  private void unconditional(UnconditionalTask task) {
    if (task.getLabel() < 0) {
      violations.add("unconditional.label", task.getLabel(), "≥ 0");
    }
  }

  private void mix(MixTask.Builder task) {
    if (task.getIngredientsCount() == 0) {
      violations.add("mix.ingredients", "none", "at least one");
    }
    for (int i = 0; i < task.getIngredientsCount(); i++) {
      String field = "mix.ingredients[" + i + "]";
      var ingredient = task.getIngredientsBuilder(i);
      if (ingredient.hasImage()) {
        take(field + ".image", ingredient.getImage())
            .map(Taken::file)
            .ifPresent(ingredient::setImage);
      } else if (ingredient.getText().isBlank()) {
        violations.add(field, "neither", "an image, or a text with some words");
      }
      if (!ingredient.hasWeight()) {
        ingredient.setWeight(1);
      }
      if (!(Math.abs(ingredient.getWeight()) <= MAX_WEIGHT)) { // NaN fails too
        violations.add(
            field + ".weight", ingredient.getWeight(), -MAX_WEIGHT + " to " + MAX_WEIGHT);
      }
    }
  }

  private void towardText(TowardTextTask.Builder task) {
    take("toward_text.image", task.getImage()).map(Taken::file).ifPresent(task::setImage);
    if (task.getPrompt().getText().isBlank()) {
      violations.add(
          "toward_text.prompt.text", Errors.quote(task.getPrompt().getText()), "some words");
    }
    if (!task.hasStrength()) {
      task.setStrength(TOWARD_TEXT_STRENGTH);
    }
    checkShare("toward_text.strength", task.getStrength());
  }

  private void hinted(HintedTask.Builder task) {
    take("hinted.hint", task.getHint()).map(Taken::file).ifPresent(task::setHint);
    var inner = Tasks.inner(task.build());
    switch (task.getTaskCase()) {
      case TEXT_TO_IMAGE -> {
        resolve(inner);
        task.setTextToImage(inner.getTextToImage());
      }
      case VARIATION -> {
        resolve(inner);
        task.setVariation(inner.getVariation());
      }
      case IMAGE_TO_IMAGE -> {
        resolve(inner);
        task.setImageToImage(inner.getImageToImage());
      }
      case TASK_NOT_SET ->
          violations.add("hinted.task", "none", "one of text_to_image, variation, image_to_image");
    }
  }

  /** Checks that a text is Unicode and has at most {@value #MAX_TEXT_LENGTH} code points. */
  public static void checkText(String field, String text, Violations violations) {
    if (!UTF_8.newEncoder().canEncode(text)) {
      violations.add(field, Errors.quote(text), "Unicode text without lone surrogates");
    }
    int length = text.codePointCount(0, text.length());
    if (length > MAX_TEXT_LENGTH) {
      violations.add(field, length + " characters", "at most " + MAX_TEXT_LENGTH + " characters");
    }
  }

  /**
   * Checks the prompt of an edit: a prompt needs a model that draws from text, and an empty prompt
   * a model that reads images or draws unconditionally.
   */
  private void checkEditedWords(String task, PromptSpec prompt) {
    String field = task + ".prompt.text";
    Set<ImageTask.Kind> tasks = engine.card().tasks();
    if (Collections.disjoint(tasks, Set.of(TEXT_TO_IMAGE, VARIATION, UNCONDITIONAL))) {
      return;
    }
    if (prompt.getText().isBlank()
        && !tasks.contains(VARIATION)
        && !tasks.contains(UNCONDITIONAL)) {
      violations.add(
          field,
          Errors.quote(prompt.getText()),
          "some words; the model does not see what an image shows");
    }
    if (!prompt.getText().isBlank() && !tasks.contains(TEXT_TO_IMAGE)) {
      violations.add(field, Errors.quote(prompt.getText()), "empty; the model takes no prompt");
    }
  }

  private void checkShare(String field, double value) {
    if (!(value >= 0 && value <= 1)) { // NaN fails too
      violations.add(field, value, "0 to 1");
    }
  }

  private Optional<Taken> take(String field, InputImage given) {
    int own = Math.max(InputImages.MAX_SIDE, engine.card().images().width());
    int most = sizes().mapToInt(Sizes::most).reduce(own, Math::max);
    Optional<Taken> taken = InputImages.take(field, given, most, violations);
    taken.ifPresent(image -> images.put(image.file(), image.image()));
    return taken;
  }

  /** Takes an image that the model edits; it must be square unless the model draws other sizes. */
  private Optional<Taken> takePicture(String field, InputImage given) {
    return sizes().findAny().isPresent() ? take(field, given) : takeSquare(field, given);
  }

  private Stream<Sizes> sizes() {
    return engine.card().stages().stream().flatMap(stage -> stage.sizes().stream());
  }

  private Optional<Taken> takeSquare(String field, InputImage given) {
    Optional<Taken> image = take(field, given);
    image
        .filter(taken -> taken.width() != taken.height())
        .ifPresent(taken -> violations.add(field + ".data", size(taken), "a square image"));
    return image;
  }

  private static String size(Taken image) {
    return image.width() + "×" + image.height() + " pixels";
  }
}

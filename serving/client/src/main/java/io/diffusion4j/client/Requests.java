package io.diffusion4j.client;

import com.google.protobuf.ByteString;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.HintedTask;
import io.diffusion4j.serving.v1.ImageToImageTask;
import io.diffusion4j.serving.v1.InpaintTask;
import io.diffusion4j.serving.v1.InputImage;
import io.diffusion4j.serving.v1.InterpolationTask;
import io.diffusion4j.serving.v1.MixIngredient;
import io.diffusion4j.serving.v1.MixTask;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.TextDiffTask;
import io.diffusion4j.serving.v1.TextToImageTask;
import io.diffusion4j.serving.v1.TowardTextTask;
import io.diffusion4j.serving.v1.UnconditionalTask;
import io.diffusion4j.serving.v1.UpscaleTask;
import io.diffusion4j.serving.v1.VariationTask;
import java.util.List;
import java.util.OptionalInt;

/**
 * Requests by task, to be completed and built:
 *
 * <pre>{@code
 * Requests.textToImage("a red apple").setImageCount(4).addSeeds(7).build()
 * }</pre>
 *
 * <p>Images are encoded files, such as PNG. {@link GenerationClient#models} lists the tasks of each
 * model. For images of embeddings, build the message directly.
 */
public final class Requests {
  private Requests() {}

  /** Requests images of a text. */
  public static GenerateImagesRequest.Builder textToImage(String prompt) {
    return textToImage(prompt, "");
  }

  /**
   * Requests images of a text, with a negative prompt.
   *
   * @param negative the text that guidance moves away from; may be empty
   */
  public static GenerateImagesRequest.Builder textToImage(String prompt, String negative) {
    return GenerateImagesRequest.newBuilder()
        .setTextToImage(TextToImageTask.newBuilder().setPrompt(prompt(prompt, negative)));
  }

  /**
   * Requests images without a prompt, from a model that was trained on pictures alone.
   *
   * @param label the class, for a model that knows classes; empty for one that does not
   */
  public static GenerateImagesRequest.Builder unconditional(OptionalInt label) {
    var task = UnconditionalTask.newBuilder();
    label.ifPresent(task::setLabel);
    return GenerateImagesRequest.newBuilder().setUnconditional(task);
  }

  /** Requests other images with the content of this one. */
  public static GenerateImagesRequest.Builder variation(byte[] image) {
    return GenerateImagesRequest.newBuilder()
        .setVariation(VariationTask.newBuilder().setImage(image(image)));
  }

  /**
   * Requests other images with the content of this one.
   *
   * @param similarity the similarity of the initial noise to that of the image, in [0, 1]: 0 is
   *     fresh noise, 1 draws the image itself
   */
  public static GenerateImagesRequest.Builder variation(byte[] image, double similarity) {
    return GenerateImagesRequest.newBuilder()
        .setVariation(VariationTask.newBuilder().setImage(image(image)).setLikeness(similarity));
  }

  /**
   * Requests an image with a part redrawn.
   *
   * @param mask white where the image is redrawn, black where it is kept
   */
  public static GenerateImagesRequest.Builder inpaint(byte[] image, byte[] mask, String prompt) {
    return GenerateImagesRequest.newBuilder()
        .setInpaint(
            InpaintTask.newBuilder()
                .setImage(image(image))
                .setMask(image(mask))
                .setPrompt(prompt(prompt, "")));
  }

  /**
   * Requests an image denoised from a noised one.
   *
   * @param strength the strength of the noise, in [0, 1]: 0 keeps the image, 1 ignores it
   */
  public static GenerateImagesRequest.Builder imageToImage(
      byte[] image, double strength, String prompt) {
    return GenerateImagesRequest.newBuilder()
        .setImageToImage(
            ImageToImageTask.newBuilder()
                .setImage(image(image))
                .setStrength(strength)
                .setPrompt(prompt(prompt, "")));
  }

  /**
   * Requests an image between two images.
   *
   * @param ratio the ratio, in [0, 1]: 0 is the first, 1 the second
   */
  public static GenerateImagesRequest.Builder interpolation(
      byte[] first, byte[] second, double ratio) {
    return GenerateImagesRequest.newBuilder()
        .setInterpolation(
            InterpolationTask.newBuilder()
                .setFirst(image(first))
                .setSecond(image(second))
                .setRatio(ratio));
  }

  /**
   * Requests an image changed in the direction from one text to another.
   *
   * @param from describes the image; may be empty
   * @param ratio the ratio, in [0, 1]: 0 keeps the image, 1 reaches the direction
   */
  public static GenerateImagesRequest.Builder textDiff(
      byte[] image, String from, String to, double ratio) {
    return GenerateImagesRequest.newBuilder()
        .setTextDiff(
            TextDiffTask.newBuilder()
                .setImage(image(image))
                .setFromText(from)
                .setToText(to)
                .setRatio(ratio));
  }

  /** Requests the upsampled image. */
  public static GenerateImagesRequest.Builder upscale(byte[] image) {
    return GenerateImagesRequest.newBuilder()
        .setUpscale(UpscaleTask.newBuilder().setImage(image(image)));
  }

  /**
   * Requests images of an embedding between an image's and a text's.
   *
   * @param strength the strength, in [0, 1]: 0 is the image, 1 the text
   */
  public static GenerateImagesRequest.Builder towardText(
      byte[] image, double strength, String prompt) {
    return GenerateImagesRequest.newBuilder()
        .setTowardText(
            TowardTextTask.newBuilder()
                .setImage(image(image))
                .setStrength(strength)
                .setPrompt(prompt(prompt, "")));
  }

  /** Requests images of a weighted sum of the embeddings of texts and images. */
  public static GenerateImagesRequest.Builder mix(List<MixIngredient> ingredients) {
    return GenerateImagesRequest.newBuilder()
        .setMix(MixTask.newBuilder().addAllIngredients(ingredients));
  }

  /** Returns a text as a summand of a mix. */
  public static MixIngredient ingredient(String text, double weight) {
    return MixIngredient.newBuilder().setText(text).setWeight(weight).build();
  }

  /** Returns an image as a summand of a mix. */
  public static MixIngredient ingredient(byte[] image, double weight) {
    return MixIngredient.newBuilder().setImage(image(image)).setWeight(weight).build();
  }

  /**
   * Requests the same images, which follow a picture of hints, such as a depth map.
   *
   * @param asked a request for images of a text, variations, or image to image; not modified
   * @param hint the hint of the size of the images
   */
  public static GenerateImagesRequest.Builder hinted(
      GenerateImagesRequest.Builder asked, byte[] hint) {
    var task = HintedTask.newBuilder().setHint(image(hint));
    switch (asked.getTaskCase()) {
      case TEXT_TO_IMAGE -> task.setTextToImage(asked.getTextToImage());
      case VARIATION -> task.setVariation(asked.getVariation());
      case IMAGE_TO_IMAGE -> task.setImageToImage(asked.getImageToImage());
      default ->
          throw new IllegalArgumentException(
              "task: "
                  + asked.getTaskCase()
                  + " (expected: one of TEXT_TO_IMAGE, VARIATION, IMAGE_TO_IMAGE)");
    }
    return asked.clone().setHinted(task);
  }

  private static PromptSpec prompt(String text, String negative) {
    return PromptSpec.newBuilder().setText(text).setNegativeText(negative).build();
  }

  private static InputImage image(byte[] file) {
    return InputImage.newBuilder().setData(ByteString.copyFrom(file)).build();
  }
}

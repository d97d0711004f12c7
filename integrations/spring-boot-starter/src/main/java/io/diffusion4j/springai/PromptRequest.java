package io.diffusion4j.springai;

import io.diffusion4j.client.Requests;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.PromptSpec;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.content.Media;
import org.springframework.ai.image.ImageMessage;
import org.springframework.ai.image.ImageOptions;
import org.springframework.ai.image.ImageOptionsBuilder;
import org.springframework.ai.image.ImagePrompt;

/** Translates Spring AI's prompts and options to the service's contract. */
final class PromptRequest {
  private PromptRequest() {}

  static GenerateImagesRequest of(ImagePrompt prompt, Diffusion4jImageOptions defaults) {
    @Nullable ImageOptions options = prompt.getOptions();
    requireKnown(options);
    Diffusion4jImageOptions own = options instanceof Diffusion4jImageOptions o ? o : defaults;

    GenerateImagesRequest.Builder request =
        task(
            prompt.getInstructions(), first(own.getNegativePrompt(), defaults.getNegativePrompt()));
    String model = options == null ? null : options.getModel();
    Integer count = options == null ? null : options.getN();
    setIfGiven(model == null ? defaults.getModel() : model, request::setModel);
    setIfGiven(count == null ? defaults.getN() : count, request::setImageCount);
    return request
        .addAllSeeds(own.getSeeds().isEmpty() ? defaults.getSeeds() : own.getSeeds())
        .addAllLoras(own.getLoras().isEmpty() ? defaults.getLoras() : own.getLoras())
        .putAllStages(defaults.getStages())
        .putAllStages(own.getStages())
        .build();
  }

  /** Another provider's options may contain values that would be lost silently. */
  private static void requireKnown(@Nullable ImageOptions options) {
    if (options == null || options instanceof Diffusion4jImageOptions) {
      return;
    }
    if (options.getClass().getNestHost() != ImageOptionsBuilder.class) {
      throw new IllegalArgumentException(
          "options: "
              + options.getClass().getSimpleName()
              + " (expected: Diffusion4jImageOptions, or those of ImageOptionsBuilder)");
    }
    String format = options.getResponseFormat();
    if (format != null && !format.equals(Diffusion4jImageModel.RESPONSE_FORMAT)) {
      throw new IllegalArgumentException(
          "responseFormat: "
              + format
              + " (expected: "
              + Diffusion4jImageModel.RESPONSE_FORMAT
              + ")");
    }
    if (options.getStyle() != null) {
      throw new IllegalArgumentException(
          "style: " + options.getStyle() + " (expected: none; describe it in the prompt)");
    }
  }

  private static GenerateImagesRequest.Builder task(
      List<ImageMessage> messages, String negativePrompt) {
    List<ImageMessage> wanted = messages.stream().filter(m -> weight(m) == 1).toList();
    List<ImageMessage> unwanted = messages.stream().filter(m -> weight(m) == -1).toList();
    if (wanted.size() != 1 || unwanted.size() > 1) {
      throw new IllegalArgumentException(
          "messages: "
              + wanted.size()
              + " of weight 1 and "
              + unwanted.size()
              + " of weight -1 (expected: 1, and at most 1)");
    }
    String negative = unwanted.isEmpty() ? negativePrompt : text(unwanted.get(0));
    ImageMessage message = wanted.get(0);
    List<Media> media = message.getMedia();
    if (media.isEmpty()) {
      return Requests.textToImage(text(message), negative);
    }
    if (media.size() > 1) {
      throw new IllegalArgumentException(
          "media: " + media.size() + " (expected: one image, to be varied)");
    }
    var request = Requests.variation(media.get(0).getDataAsByteArray());
    request
        .getVariationBuilder()
        .setPrompt(PromptSpec.newBuilder().setText(text(message)).setNegativeText(negative));
    return request;
  }

  private static float weight(ImageMessage message) {
    Float weight = message.getWeight();
    if (weight == null || weight == 1) {
      return 1;
    }
    if (weight != -1) {
      throw new IllegalArgumentException(
          "weight: " + weight + " (expected: 1, or -1 for a negative prompt)");
    }
    return -1;
  }

  private static String text(ImageMessage message) {
    String text = message.getText();
    return text == null ? "" : text;
  }

  private static String first(String one, String other) {
    return one.isEmpty() ? other : one;
  }

  private static <T> void setIfGiven(@Nullable T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }
}

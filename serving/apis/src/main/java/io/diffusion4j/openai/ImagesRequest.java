package io.diffusion4j.openai;

import com.google.common.collect.ImmutableSet;
import com.google.protobuf.ByteString;
import io.diffusion4j.serving.request.OutputSize;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.InpaintTask;
import io.diffusion4j.serving.v1.InputImage;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelStage;
import io.diffusion4j.serving.v1.Moderation;
import io.diffusion4j.serving.v1.PreviewOptions;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.TextToImageTask;
import io.diffusion4j.serving.v1.VariationTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A request of this API, translated to the service's request, and the form of its response. */
record ImagesRequest(
    GenerateImagesRequest request,
    OutputSize size,
    Format format,
    boolean stream,
    int partialImages) {
  private static final List<OutputSize> SIZES =
      List.of(new OutputSize(256, 256), new OutputSize(512, 512), new OutputSize(1024, 1024));
  private static final int MAX_PARTIAL_IMAGES = 3;

  /** The parameters of every route. */
  private static final Set<String> COMMON = Set.of("model", "n", "size", "response_format", "user");

  /** Parameters without an effect here. */
  private static final Set<String> WITHOUT_EFFECT =
      Set.of("quality", "style", "input_fidelity", "output_compression");

  /** The form of images in a response. */
  enum Format {
    URL,
    B64_JSON
  }

  /** The task of a route; its name is the prefix of its events' names. */
  enum Task {
    GENERATION("image_generation", ImmutableSet.of("prompt")),
    EDIT("image_edit", ImmutableSet.of("prompt", "image", "mask")),
    VARIATION("", ImmutableSet.of("image"));

    final String events;
    private final ImmutableSet<String> own;

    Task(String events, ImmutableSet<String> own) {
      this.events = events;
      this.own = own;
    }
  }

  /** Reads the parameters. */
  static ImagesRequest of(Task task, Parameters parameters, OpenAiModels models) {
    parameters.requireKnown(known(task));
    Model model = models.named(parameters.text("model").orElse(""));
    GenerateImagesRequest.Builder request =
        GenerateImagesRequest.newBuilder().setModel(model.getName());
    parameters.integer("n").ifPresent(request::setImageCount);
    switch (task) {
      case GENERATION ->
          request.setTextToImage(TextToImageTask.newBuilder().setPrompt(prompt(parameters)));
      case EDIT -> request.setInpaint(edit(parameters));
      case VARIATION ->
          request.setVariation(
              VariationTask.newBuilder()
                  .setImage(image(parameters))
                  .setLikeness(model.getUsualLikeness()));
    }
    parameters
        .text("moderation", List.of("auto", "low"))
        .filter("low"::equals)
        .ifPresent(low -> request.setModeration(Moderation.MODERATION_LOW));
    parameters.text("background", List.of("auto", "opaque"));
    parameters.text("output_format", List.of("png"));
    boolean stream = parameters.flag("stream");
    int partialImages = parameters.integer("partial_images").orElse(0);
    if (partialImages < 0 || partialImages > MAX_PARTIAL_IMAGES) {
      throw OpenAiException.invalid("partial_images", partialImages, "0 to " + MAX_PARTIAL_IMAGES);
    }
    if (stream && partialImages > 0) {
      request.setPreview(
          PreviewOptions.newBuilder().setEverySteps(stepsBetween(partialImages, model)));
    }
    boolean base64 =
        parameters
            .text("response_format", List.of("url", "b64_json"))
            .filter("b64_json"::equals)
            .isPresent();
    OutputSize size = size(parameters, model);
    size.addTo(request, model);
    return new ImagesRequest(
        request.build(), size, base64 ? Format.B64_JSON : Format.URL, stream, partialImages);
  }

  private static Set<String> known(Task task) {
    List<String> known = new ArrayList<>(COMMON);
    known.addAll(task.own);
    if (task != Task.VARIATION) { // for which OpenAI's API has no other parameters
      known.addAll(WITHOUT_EFFECT);
      known.addAll(
          List.of("stream", "partial_images", "background", "output_format", "moderation"));
    }
    return Set.copyOf(known);
  }

  private static PromptSpec prompt(Parameters parameters) {
    return PromptSpec.newBuilder()
        .setText(parameters.text("prompt").orElseThrow(() -> OpenAiException.missing("prompt")))
        .build();
  }

  private static InpaintTask edit(Parameters parameters) {
    byte[] image = parameters.file("image").orElseThrow(() -> OpenAiException.missing("image"));
    byte[] mask =
        parameters
            .file("mask")
            .map(
                file ->
                    TransparencyMask.of(file, "mask")
                        .orElseThrow(
                            () ->
                                OpenAiException.invalid(
                                    "mask", "opaque", "transparent where to draw again")))
            .or(() -> TransparencyMask.of(image, "image"))
            .orElseThrow(
                () ->
                    OpenAiException.invalid(
                        "mask", "none", "one, unless the image is transparent where to draw"));
    return InpaintTask.newBuilder()
        .setPrompt(prompt(parameters))
        .setImage(file(image))
        .setMask(file(mask))
        .build();
  }

  private static InputImage image(Parameters parameters) {
    return file(parameters.file("image").orElseThrow(() -> OpenAiException.missing("image")));
  }

  private static InputImage file(byte[] bytes) {
    return InputImage.newBuilder().setData(ByteString.copyFrom(bytes)).build();
  }

  private static OutputSize size(Parameters parameters, Model model) {
    var own = new OutputSize(model.getImageWidth(), model.getImageHeight());
    List<String> known = new ArrayList<>(SIZES.stream().map(OutputSize::toString).toList());
    if (!known.contains(own.toString())) {
      known.add(own.toString());
    }
    known.add("auto");
    String asked = parameters.text("size", known).orElse("auto");
    return SIZES.stream().filter(size -> size.toString().equals(asked)).findFirst().orElse(own);
  }

  /**
   * Chooses the preview interval so that the longest stage of pixels shows at least this many
   * previews.
   */
  private static int stepsBetween(int partialImages, Model model) {
    int longest =
        model.getStagesList().stream()
            .filter(stage -> stage.getImageWidth() > 0)
            .mapToInt(ModelStage::getDefaultSteps)
            .max()
            .orElse(1);
    return Math.max(1, longest / (partialImages + 1));
  }
}

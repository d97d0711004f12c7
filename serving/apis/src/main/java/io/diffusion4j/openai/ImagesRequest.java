package io.diffusion4j.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.collect.ImmutableSet;
import com.google.protobuf.ByteString;
import io.diffusion4j.diffusion.image.CompressedFormat;
import io.diffusion4j.serving.request.OutputSize;
import io.diffusion4j.serving.request.Resizer;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.ImageToImageTask;
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
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** A request of this API, translated to the service's request, and the form of its response. */
record ImagesRequest(
    GenerateImagesRequest request,
    OutputSize size,
    Format format,
    boolean stream,
    int partialImages,
    Files files) {
  private static final List<OutputSize> SIZES =
      List.of(new OutputSize(256, 256), new OutputSize(512, 512), new OutputSize(1024, 1024));

  /** The longest side of a size of one's own, which OpenAI's current models take. */
  private static final int MAX_SIDE = 3840;

  /** The unit of such a size. */
  private static final int UNIT = 16;

  private static final String PNG = "png";
  private static final int MAX_PARTIAL_IMAGES = 3;
  private static final double DEFAULT_STRENGTH = 0.5;

  /** The parameters of every route. */
  private static final Set<String> COMMON = Set.of("model", "n", "size", "response_format", "user");

  /** Parameters without an effect here. */
  private static final Set<String> WITHOUT_EFFECT = Set.of("style", "input_fidelity");

  /**
   * The image files of a response.
   *
   * @param current whether the request names one of OpenAI's current models, whose responses
   *     describe the files
   * @param quality the quality as requested, which has no effect here
   * @param format png, or the name of a compressed format in small letters
   * @param compression the quality of files in a compressed format, in [0, 1]
   */
  record Files(boolean current, String quality, String format, double compression) {
    /** Adds the description to a response. */
    ObjectNode describe(ObjectNode json, OutputSize size) {
      return json.put("size", size.toString())
          .put("quality", quality)
          .put("background", "opaque")
          .put("output_format", format);
    }
  }

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
    String name = parameters.text("model").orElse("");
    Model model = models.named(name);
    boolean current = OpenAiModels.isCurrent(name);
    GenerateImagesRequest.Builder request =
        GenerateImagesRequest.newBuilder().setModel(model.getName());
    parameters.integer("n").ifPresent(request::setImageCount);
    switch (task) {
      case GENERATION ->
          request.setTextToImage(TextToImageTask.newBuilder().setPrompt(prompt(parameters)));
      case EDIT -> edit(parameters, current, request);
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
    Files files = files(parameters, current);
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
            .text("response_format", current ? List.of("b64_json") : List.of("url", "b64_json"))
            .map("b64_json"::equals)
            .orElse(current);
    OutputSize size = current ? currentSize(parameters, model) : size(parameters, model);
    size.addTo(request, model);
    int count = Math.max(1, request.getImageCount());
    if (!size.fits(count)) {
      throw OpenAiException.invalid(
          "n", count + " images of " + size, "at most " + OutputSize.MAX_PIXELS + " pixels");
    }
    return new ImagesRequest(
        request.build(), size, base64 ? Format.B64_JSON : Format.URL, stream, partialImages, files);
  }

  private static Files files(Parameters parameters, boolean current) {
    String quality =
        (current
                ? parameters.text("quality", List.of("auto", "low", "medium", "high"))
                : parameters.text("quality"))
            .filter(asked -> current)
            .orElse("auto");
    int compression = parameters.integer("output_compression").orElse(100);
    if (compression < 0 || compression > 100) {
      throw OpenAiException.invalid("output_compression", compression, "0 to 100");
    }
    String format = parameters.text("output_format", formats()).orElse(PNG);
    return new Files(current, quality, format, compression / 100.0);
  }

  /** Returns an image of the service as a file of the response. */
  byte[] file(byte[] png, Resizer resizer) {
    if (files.format().equals(PNG)) {
      return resizer.fit(png, size);
    }
    var format = CompressedFormat.valueOf(files.format().toUpperCase(Locale.ROOT));
    return resizer.convert(png, size, format, files.compression());
  }

  private static List<String> formats() {
    Stream<String> compressed =
        Stream.of(CompressedFormat.values())
            .filter(CompressedFormat::isAvailable)
            .map(format -> format.name().toLowerCase(Locale.ROOT));
    return Stream.concat(Stream.of(PNG), compressed).toList();
  }

  private static Set<String> known(Task task) {
    List<String> known = new ArrayList<>(COMMON);
    known.addAll(task.own);
    if (task != Task.VARIATION) { // for which OpenAI's API has no other parameters
      known.addAll(WITHOUT_EFFECT);
      known.addAll(
          List.of(
              "stream",
              "partial_images",
              "background",
              "output_format",
              "output_compression",
              "quality",
              "moderation"));
    }
    return Set.copyOf(known);
  }

  private static PromptSpec prompt(Parameters parameters) {
    return PromptSpec.newBuilder()
        .setText(parameters.text("prompt").orElseThrow(() -> OpenAiException.missing("prompt")))
        .build();
  }

  /** Sets the task of an edit: OpenAI's current models change all of a picture without a mask. */
  private static void edit(
      Parameters parameters, boolean current, GenerateImagesRequest.Builder request) {
    byte[] image = parameters.file("image").orElseThrow(() -> OpenAiException.missing("image"));
    if (current && parameters.file("mask").isEmpty()) {
      request.setImageToImage(
          ImageToImageTask.newBuilder()
              .setPrompt(prompt(parameters))
              .setImage(file(image))
              .setStrength(DEFAULT_STRENGTH));
    } else {
      request.setInpaint(inpaint(parameters, image));
    }
  }

  private static InpaintTask inpaint(Parameters parameters, byte[] image) {
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

  private static OutputSize currentSize(Parameters parameters, Model model) {
    String asked = parameters.text("size").orElse("auto");
    if (asked.equals("auto")) {
      return new OutputSize(model.getImageWidth(), model.getImageHeight());
    }
    if (asked.matches("[0-9]{1,4}x[0-9]{1,4}")) {
      int x = asked.indexOf('x');
      var size =
          new OutputSize(
              Integer.parseInt(asked.substring(0, x)), Integer.parseInt(asked.substring(x + 1)));
      int longest = Math.max(size.width(), size.height());
      int shortest = Math.min(size.width(), size.height());
      if (shortest > 0
          && size.width() % UNIT == 0
          && size.height() % UNIT == 0
          && longest <= MAX_SIDE
          && longest <= 3 * shortest) {
        return size;
      }
    }
    throw OpenAiException.invalid(
        "size",
        Parameters.quote(asked),
        "auto, 1024x1024, 1536x1024, 1024x1536, or other multiples of 16 up to 3840, whose ratio is"
            + " at most 3:1");
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

package io.diffusion4j.a1111;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.diffusion4j.client.MainStage;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.http.JsonFields;
import io.diffusion4j.serving.request.DecodingMemory;
import io.diffusion4j.serving.request.InputImages;
import io.diffusion4j.serving.request.OutputSize;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.ImageToImageTask;
import io.diffusion4j.serving.v1.InpaintTask;
import io.diffusion4j.serving.v1.InputImage;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelStage;
import io.diffusion4j.serving.v1.PreviewOptions;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.TextToImageTask;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A request of this API, translated to a request of the service.
 *
 * @param request the request with a seed for each image, as the web UI counts them
 * @param size the size of the images in the response
 * @param batchSize the batch size as requested
 * @param steps the number of steps of the main stage
 * @param scale the scale of its guidance
 * @param sampler the web UI's name of its sampler
 * @param sends whether the response has the images
 */
record SdRequest(
    GenerateImagesRequest request,
    OutputSize size,
    int batchSize,
    int steps,
    double scale,
    String sampler,
    boolean sends) {
  private static final int MAX_BATCHES = 100;
  private static final int MIN_SIDE = 64;
  private static final int MAX_SIDE = 2048;

  private static final int PREVIEWS = 8;
  private static final double DEFAULT_STRENGTH = 0.75;
  private static final SecureRandom RANDOM = new SecureRandom();

  /** The key of {@code override_settings} that chooses a model. */
  static final String CHECKPOINT = "sd_model_checkpoint";

  /** The key that counts the blocks of the text tower from its end, from 1. */
  private static final String CLIP_SKIP = "CLIP_stop_at_last_layers";

  private static final int MAX_CLIP_SKIP = 12;

  /**
   * Reads the fields.
   *
   * @param fromPicture whether the route is {@code img2img}
   */
  static SdRequest of(JsonFields fields, boolean fromPicture, WebUiModels models) {
    refuseUnsupported(fields);
    Model model = model(fields, models);
    ModelStage stage = MainStage.of(model).orElse(ModelStage.getDefaultInstance());
    var size =
        new OutputSize(
            fields.integer("width", MIN_SIDE, MAX_SIDE).orElse(model.getImageWidth()),
            fields.integer("height", MIN_SIDE, MAX_SIDE).orElse(model.getImageHeight()));
    var request = GenerateImagesRequest.newBuilder().setModel(model.getName());
    StageOptions options = options(fields, fromPicture, stage);
    if (!options.equals(StageOptions.getDefaultInstance())) {
      request.putStages(stage.getName(), options);
    }
    size.addTo(request, model);
    int batchSize = batchSize(fields);
    int count = count(fields);
    if (count > model.getMaxImageCount()) {
      throw SdException.invalid(
          "batch_size", count + " images", "at most " + model.getMaxImageCount() + " of a request");
    }
    if (!size.fits(count)) {
      throw SdException.invalid(
          "batch_size",
          count + " images of " + size,
          "at most " + OutputSize.MAX_PIXELS + " pixels of a response");
    }
    request.setImageCount(count);
    long seed = fields.seed("seed").orElseGet(SdRequest::anySeed);
    for (int i = 0; i < count; i++) {
      request.addSeeds(seed + i);
    }
    int steps = options.hasSteps() ? options.getSteps() : stage.getDefaultSteps();
    request.setPreview(PreviewOptions.newBuilder().setEverySteps(Math.max(1, steps / PREVIEWS)));
    PromptSpec prompt =
        PromptSpec.newBuilder()
            .setText(fields.text("prompt").orElse(""))
            .setNegativeText(fields.text("negative_prompt").orElse(""))
            .build();
    if (fromPicture) {
      setPictures(fields, drawn(size, model), prompt, request);
    } else {
      request.setTextToImage(TextToImageTask.newBuilder().setPrompt(prompt));
    }
    return new SdRequest(
        request.build(),
        size,
        batchSize,
        steps,
        options.hasGuidanceScale() ? options.getGuidanceScale() : stage.getDefaultGuidanceScale(),
        SamplerNames.theirs(
            options.getSampler().isEmpty() ? stage.getDefaultSampler() : options.getSampler()),
        flag(fields, "send_images", true));
  }

  /** Returns the number of requested images. */
  static int count(JsonFields fields) {
    return batchSize(fields) * fields.integer("n_iter", 1, MAX_BATCHES).orElse(1);
  }

  private static int batchSize(JsonFields fields) {
    return fields.integer("batch_size", 1, MAX_BATCHES).orElse(1);
  }

  private static long anySeed() {
    return RANDOM.nextInt() & 0xFFFF_FFFFL;
  }

  private static Model model(JsonFields fields, WebUiModels models) {
    JsonFields settings = fields.object("override_settings");
    for (Map.Entry<String, ?> setting : settings.json().properties()) {
      if (!List.of(CHECKPOINT, CLIP_SKIP).contains(setting.getKey())) {
        throw unsupportedSetting(setting.getKey());
      }
    }
    return models.titled(settings.text(CHECKPOINT).orElse(""));
  }

  private static SdException unsupportedSetting(String key) {
    return SdException.unsupported("override_settings", Errors.quote(key), CHECKPOINT + " or none");
  }

  private static boolean reads(ModelStage stage, String setting) {
    return stage.getSettingsList().stream().anyMatch(known -> known.getName().equals(setting));
  }

  private static StageOptions options(JsonFields fields, boolean fromPicture, ModelStage stage) {
    var options = StageOptions.newBuilder();
    if (stage.getSamplersCount() == 0) {
      return options.build(); // there is no choice
    }
    fields.integer("steps", 1, stage.getMaxSteps()).ifPresent(options::setSteps);
    if (stage.getGuided()) { // clients send a scale whether or not a model has one
      fields.number("cfg_scale").ifPresent(options::setGuidanceScale);
    }
    fields
        .object("override_settings")
        .integer(CLIP_SKIP, 1, MAX_CLIP_SKIP)
        .filter(last -> last > 1)
        .ifPresent(
            last -> {
              if (!reads(stage, "clip_skip")) {
                throw unsupportedSetting(CLIP_SKIP);
              }
              options.setClipSkip(last - 1);
            });
    if (fromPicture && fields.picture("mask").isPresent() && reads(stage, "strength")) {
      options.setStrength(fields.number("denoising_strength").orElse(DEFAULT_STRENGTH));
    }
    String sampler = fields.text("sampler_name").or(() -> fields.text("sampler_index")).orElse("");
    SamplerNames.choose(sampler, fields.text("scheduler").orElse(""), stage, options);
    if (options.getSampler().equals("ddim")) { // others have none, and clients send one to all
      fields.number("eta").ifPresent(options::setEta);
    }
    return options.build();
  }

  /** Returns the size in which the model draws: the size of the response, or the model's own. */
  private static OutputSize drawn(OutputSize size, Model model) {
    int most = model.getStagesList().stream().mapToInt(ModelStage::getMaxSize).max().orElse(0);
    return Math.max(size.width(), size.height()) <= most
        ? size
        : new OutputSize(model.getImageWidth(), model.getImageHeight());
  }

  private static void setPictures(
      JsonFields fields,
      OutputSize size,
      PromptSpec prompt,
      GenerateImagesRequest.Builder request) {
    List<byte[]> pictures = fields.pictures("init_images");
    if (pictures.size() != 1) {
      throw SdException.invalid("init_images", pictures.size() + " pictures", "one");
    }
    var given = new InitPictures(ResizeMode.of(fields), size.width(), size.height());
    InputImage picture = given.picture("init_images", pictures.get(0));
    Optional<byte[]> mask = fields.picture("mask");
    if (mask.isPresent()) {
      boolean inverted = flag(fields, "inpainting_mask_invert", false);
      request.setInpaint(
          InpaintTask.newBuilder()
              .setImage(picture)
              .setMask(given.mask("mask", mask.get(), inverted))
              .setPrompt(prompt));
      return;
    }
    request.setImageToImage(
        ImageToImageTask.newBuilder()
            .setImage(picture)
            .setStrength(fields.number("denoising_strength").orElse(DEFAULT_STRENGTH))
            .setPrompt(prompt));
  }

  /** Refuses unsupported fields that would change the images. */
  private static void refuseUnsupported(JsonFields fields) {
    for (String flag :
        List.of("enable_hr", "restore_faces", "tiling", "save_images", "include_init_images")) {
      refuseUnless(fields, flag, !flag(fields, flag, false), "false");
    }
    for (String number :
        List.of(
            "subseed_strength",
            "firstphase_width",
            "firstphase_height",
            "s_churn",
            "s_tmin",
            "s_min_uncond")) {
      refuseUnless(fields, number, fields.number(number).orElse(0.0) == 0, "0");
    }
    for (String number : List.of("seed_resize_from_h", "seed_resize_from_w")) {
      refuseUnless(fields, number, fields.number(number).orElse(0.0) <= 0, "0");
    }
    for (String number : List.of("s_noise", "initial_noise_multiplier")) {
      refuseUnless(fields, number, fields.number(number).orElse(1.0) == 1, "1");
    }
    for (String list : List.of("styles", "script_args")) {
      refuseUnless(fields, list, fields.isEmpty(list), "none");
    }
    for (String name : List.of("script_name", "refiner_checkpoint")) {
      refuseUnless(fields, name, fields.text(name).orElse("").isEmpty(), "none");
    }
    fields
        .object("alwayson_scripts")
        .json()
        .properties()
        .forEach(
            script -> {
              if (!script.getValue().path("args").isEmpty()) {
                throw SdException.unsupported(
                    "alwayson_scripts", Errors.quote(script.getKey()), "scripts without args");
              }
            });
  }

  /** Returns a boolean, for which the web UI also accepts 0 and 1. */
  private static boolean flag(JsonFields fields, String name, boolean otherwise) {
    return fields
        .value(
            name,
            value -> value.isBoolean() || (value.isInt() && value.intValue() >> 1 == 0),
            JsonNode::asBoolean,
            "true or false")
        .orElse(otherwise);
  }

  /** Refuses a field whose value requests an unsupported feature. */
  private static void refuseUnless(JsonFields fields, String name, boolean idle, String expected) {
    if (!idle) {
      throw SdException.unsupported(
          name, Errors.quote(String.valueOf(fields.json().get(name))), expected);
    }
  }

  /**
   * The pictures of a request.
   *
   * @param mode how they are brought to the drawn size
   * @param width the width of the drawn size
   * @param height the height of the drawn size
   */
  private record InitPictures(ResizeMode mode, int width, int height) {
    /** The weights of a resampling need memory for each pixel of a side. */
    private static final int MAX_INPUT_SIDE = 1 << 15;

    /** Returns a picture in the drawn size. */
    InputImage picture(String field, byte[] file) {
      return read(field, file, UnaryOperator.identity());
    }

    /** Returns a mask in the drawn size, white where the image is redrawn. */
    InputImage mask(String field, byte[] file, boolean inverted) {
      return read(field, file, inverted ? InitPictures::invert : UnaryOperator.identity());
    }

    private InputImage read(String field, byte[] file, UnaryOperator<Image> change) {
      try {
        long most = InputImages.maxPixels(file);
        long pixels = ImageFiles.pixels(file);
        if (pixels > most) {
          throw SdException.invalid(field, pixels + " pixels", "at most " + most);
        }
        byte[] png =
            DecodingMemory.SHARED.during(
                Math.max(pixels, (long) width * height),
                () -> {
                  Image image = ImageFiles.read(file, most);
                  int longer = Math.max(image.width(), image.height());
                  if (longer > MAX_INPUT_SIDE) {
                    throw SdException.invalid(
                        field, longer + " pixels a side", "at most " + MAX_INPUT_SIDE);
                  }
                  return Png.encode(change.apply(mode.apply(image, width, height)), Map.of());
                });
        return InputImage.newBuilder().setData(ByteString.copyFrom(png)).build();
      } catch (IOException e) {
        throw SdException.invalid(
            field,
            Errors.quote(String.valueOf(e.getMessage())),
            ImageFiles.formats() + " in base64");
      }
    }

    private static Image invert(Image mask) {
      float[] pixels = mask.pixels().clone();
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = -pixels[i];
      }
      return new Image(mask.width(), mask.height(), pixels);
    }
  }
}

package io.diffusion4j.langchain4j;

import dev.langchain4j.data.image.Image;
import dev.langchain4j.model.image.ImageModel;
import dev.langchain4j.model.output.Response;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.RequestedSize;
import io.diffusion4j.client.Requests;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesRequest.TaskCase;
import io.diffusion4j.serving.v1.LoraChoice;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.StageOptions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * LangChain4j's image model over the generation service.
 *
 * <pre>{@code
 * ImageModel model = Diffusion4jImageModel.builder(client).seed(7).negativePrompt("text").build();
 * Image apple = model.generate("a red apple").content();
 * }</pre>
 *
 * <p>{@link #edit(Image, String)} starts from the noised image, {@link #edit(Image, Image, String)}
 * redraws the white part of the mask. Images are Base64; an image with only a URL is an error. The
 * metadata of a response holds {@value #REQUEST_ID}, {@value #RECIPES}, {@value #REFUSALS} and
 * {@value #FAILURES}. An image that a filter of the server refused has neither data nor URL. Errors
 * of the service become LangChain4j's exceptions.
 *
 * <p>Thread-safe. The caller closes the client.
 */
public final class Diffusion4jImageModel implements ImageModel {
  /** The key of the request's id in the metadata of a response. */
  public static final String REQUEST_ID = "requestId";

  /**
   * The key of the recipes, one for each image in order, from which the image can be reproduced.
   */
  public static final String RECIPES = "recipes";

  /**
   * The key of the refusals, one for each image in order: why a filter refused it, or an empty
   * text.
   */
  public static final String REFUSALS = "refusals";

  /** The key of the messages of images that could not be drawn. */
  public static final String FAILURES = "failures";

  private final GenerationClient client;
  private final String model;
  private final String negativePrompt;
  private final List<Long> seeds;
  private final List<LoraChoice> loras;
  private final Map<String, StageOptions> stages;
  private final RequestedSize size;
  private final double strength;

  private Diffusion4jImageModel(Builder builder) {
    client = builder.client;
    model = builder.model;
    negativePrompt = builder.negativePrompt;
    seeds = List.copyOf(builder.seeds);
    loras = List.copyOf(builder.loras);
    stages = Map.copyOf(builder.stages);
    size = builder.size;
    strength = builder.strength;
  }

  /** Builds a model with the service's defaults for absent options. */
  public static Builder builder(GenerationClient client) {
    return new Builder(client);
  }

  @Override
  public Response<Image> generate(String prompt) {
    return first(ask(complete(Requests.textToImage(prompt), 1)));
  }

  @Override
  public Response<List<Image>> generate(String prompt, int n) {
    return response(ask(complete(Requests.textToImage(prompt), n)));
  }

  /** Noises the image by {@link Builder#strength} and denoises it with the prompt. */
  @Override
  public Response<Image> edit(Image image, String prompt) {
    return first(ask(imageToImage(image, prompt)));
  }

  /** Redraws the image where the mask is white. */
  @Override
  public Response<Image> edit(Image image, Image mask, String prompt) {
    return first(ask(inpaint(image, mask, prompt)));
  }

  GenerateImagesRequest imageToImage(Image image, String prompt) {
    return complete(Requests.imageToImage(file("image", image), strength, prompt), 1);
  }

  GenerateImagesRequest inpaint(Image image, Image mask, String prompt) {
    return complete(Requests.inpaint(file("image", image), file("mask", mask), prompt), 1);
  }

  private GenerateImagesRequest complete(GenerateImagesRequest.Builder request, int count) {
    prompt(request).setNegativeText(negativePrompt);
    return request
        .setModel(model)
        .setImageCount(count)
        .addAllSeeds(seeds)
        .addAllLoras(loras)
        .putAllStages(stages)
        .build();
  }

  private static PromptSpec.Builder prompt(GenerateImagesRequest.Builder request) {
    if (request.getTaskCase() == TaskCase.INPAINT) {
      return request.getInpaintBuilder().getPromptBuilder();
    }
    return request.getTaskCase() == TaskCase.IMAGE_TO_IMAGE
        ? request.getImageToImageBuilder().getPromptBuilder()
        : request.getTextToImageBuilder().getPromptBuilder();
  }

  static byte[] file(String name, Image image) {
    if (image.base64Data() == null) {
      throw new IllegalArgumentException(
          name + ": " + image.url() + " (expected: Base64 data; nothing is fetched)");
    }
    return Base64.getDecoder().decode(image.base64Data());
  }

  private Generation ask(GenerateImagesRequest request) {
    try {
      return client.generate(size.addedTo(request, client));
    } catch (GenerationException e) {
      throw LangChain4jErrors.mapped(e);
    }
  }

  private static Response<Image> first(Generation generation) {
    Response<List<Image>> all = response(generation);
    return Response.from(all.content().get(0), null, null, all.metadata());
  }

  private static Response<List<Image>> response(Generation generation) {
    return Response.from(
        generation.images().stream().map(Diffusion4jImageModel::image).toList(),
        null, // no tokens are counted,
        null, // and an image always ends with its last step
        Map.of(
            REQUEST_ID,
            generation.requestId(),
            RECIPES,
            generation.images().stream().map(Generation.Picture::recipe).toList(),
            REFUSALS,
            generation.images().stream().map(p -> p.metadata().getRefusal().getMessage()).toList(),
            FAILURES,
            generation.failures().stream().map(f -> f.getError().getMessage()).toList()));
  }

  private static Image image(Generation.Picture picture) {
    if (picture.isRefused()) {
      return Image.builder().build();
    }
    return Image.builder()
        .base64Data(Base64.getEncoder().encodeToString(picture.png()))
        .mimeType(picture.metadata().getMediaType())
        .build();
  }

  /** Collects the options that a model sends with each prompt. Not thread-safe. */
  public static final class Builder {
    private final GenerationClient client;
    private String model = "";
    private String negativePrompt = "";
    private List<Long> seeds = List.of();
    private final List<LoraChoice> loras = new ArrayList<>();
    private final Map<String, StageOptions> stages = new LinkedHashMap<>();
    private RequestedSize size = RequestedSize.DEFAULT;
    private double strength = 0.5;

    private Builder(GenerationClient client) {
      this.client = client;
    }

    /** Sets the model, by its name in the service; otherwise its default. */
    public Builder model(String name) {
      model = name;
      return this;
    }

    /** Sets the negative prompt. */
    public Builder negativePrompt(String text) {
      negativePrompt = text;
      return this;
    }

    /** Sets the seed, which makes images reproducible; unsigned. */
    public Builder seed(long seed) {
      seeds = List.of(seed);
      return this;
    }

    /**
     * Adds a low-rank update (LoRA).
     *
     * @param name its name in the service
     * @param scale 1 as it was trained
     */
    public Builder lora(String name, double scale) {
      loras.add(LoraChoice.newBuilder().setName(name).setScale(scale).build());
      return this;
    }

    /** Sets the sampling settings of a stage. */
    public Builder stage(String name, StageOptions options) {
      stages.put(name, options);
      return this;
    }

    /**
     * Sets the amount of noise added to an image before it is edited, in [0, 1]: 0 keeps the image,
     * 1 ignores it. The default is 0.5.
     */
    public Builder strength(double ofEdits) {
      if (!(ofEdits >= 0 && ofEdits <= 1)) { // written so that NaN fails too
        throw new IllegalArgumentException("strength: " + ofEdits + " (expected: in [0, 1])");
      }
      strength = ofEdits;
      return this;
    }

    /**
     * Sets the size of images in pixels; it must be the model's, unless the model draws several
     * sizes.
     */
    public Builder size(int width, int height) {
      size = new RequestedSize(width, height);
      return this;
    }

    /** Builds the model. */
    public Diffusion4jImageModel build() {
      return new Diffusion4jImageModel(this);
    }
  }
}

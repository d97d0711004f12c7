package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.ModelFolder.Component;
import io.diffusion4j.checkpoint.SchedulerConfig;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.dit.DitConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The layout of a pipeline folder: diffusers' {@code UnCLIPPipeline}, optionally with an image
 * encoder and another prior as further components, or {@code UnCLIPImageVariationPipeline}, which
 * has an image encoder and no prior.
 */
public final class UnclipFolder {
  public static final String TEXT_ENCODER = "text_encoder";
  public static final String IMAGE_ENCODER = "image_encoder";
  public static final String TOKENIZER = "tokenizer";
  public static final String FEATURE_EXTRACTOR = "feature_extractor";
  public static final String PRIOR = "prior";
  public static final String PRIOR_SCHEDULER = "prior_scheduler";

  /** The autoregressive prior; diffusers has no such component, so the index does not list it. */
  public static final String PRIOR_AR = "prior_ar";

  /** A one-pass prior; diffusers has no such component, so the index does not list it. */
  public static final String PRIOR_ECLIPSE = "prior_eclipse";

  /** A noised CLIP, which can guide the decoder; diffusers has no such component. */
  public static final String NOISED_CLIP = "noised_clip";

  public static final String TEXT_PROJ = "text_proj";
  public static final String DECODER = "decoder";
  public static final String DECODER_SCHEDULER = "decoder_scheduler";
  public static final String SUPER_RES_FIRST = "super_res_first";
  public static final String SUPER_RES_LAST = "super_res_last";
  public static final String SUPER_RES_SCHEDULER = "super_res_scheduler";

  /** The file of {@link #FEATURE_EXTRACTOR}. */
  public static final String PREPROCESSOR = "preprocessor_config.json";

  /** The settings of a component with weights. */
  static final String CONFIG = "config.json";

  private static final String PIPELINE = "UnCLIPPipeline";
  private static final String VARIATION = "UnCLIPImageVariationPipeline";
  private static final Map<String, Component> COMPONENTS = components();

  private UnclipFolder() {}

  private static Map<String, Component> components() {
    Map<String, Component> components = new LinkedHashMap<>();
    components.put(DECODER, new Component("diffusers", "UNet2DConditionModel"));
    components.put(DECODER_SCHEDULER, new Component("diffusers", "UnCLIPScheduler"));
    components.put(PRIOR, new Component("diffusers", "PriorTransformer"));
    components.put(PRIOR_SCHEDULER, new Component("diffusers", "UnCLIPScheduler"));
    components.put(SUPER_RES_FIRST, new Component("diffusers", "UNet2DModel"));
    components.put(SUPER_RES_LAST, new Component("diffusers", "UNet2DModel"));
    components.put(SUPER_RES_SCHEDULER, new Component("diffusers", "UnCLIPScheduler"));
    components.put(TEXT_ENCODER, new Component("transformers", "CLIPTextModelWithProjection"));
    components.put(TEXT_PROJ, new Component("unclip", "UnCLIPTextProjModel"));
    components.put(TOKENIZER, new Component("transformers", "CLIPTokenizer"));
    return components;
  }

  /** Returns all components that a folder may have. */
  public static List<String> names() {
    List<String> names = new ArrayList<>(COMPONENTS.keySet());
    names.addAll(List.of(IMAGE_ENCODER, FEATURE_EXTRACTOR, PRIOR_AR, PRIOR_ECLIPSE));
    return List.copyOf(names);
  }

  /** Returns the components that a pipeline of this class must have. */
  static List<String> required(String pipeline) {
    Set<String> names = new LinkedHashSet<>(COMPONENTS.keySet());
    if (pipeline.equals(VARIATION)) {
      names.removeAll(List.of(PRIOR, PRIOR_SCHEDULER));
      names.add(IMAGE_ENCODER);
    }
    return List.copyOf(names);
  }

  /**
   * Writes {@code model_index.json} once every component is complete; an unfinished folder has
   * none.
   */
  public static void writeIndex(Path folder) {
    if (COMPONENTS.keySet().stream().allMatch(name -> isComplete(folder.resolve(name)))) {
      Map<String, Component> components = new LinkedHashMap<>(COMPONENTS);
      if (DecoderFolders.readBackbone(folder.resolve(DECODER)) instanceof DitConfig) {
        components.put(DECODER, new Component("diffusion4j", DecoderFolders.DIT_CLASS));
      }
      ModelFolder.write(folder, PIPELINE, components);
    }
  }

  /** Settings are written before weights, so a component with weights is complete. */
  private static boolean isComplete(Path component) {
    String name = component.getFileName().toString();
    if (List.of(PRIOR_SCHEDULER, DECODER_SCHEDULER, SUPER_RES_SCHEDULER).contains(name)) {
      return Files.isRegularFile(component.resolve(SchedulerConfig.FILE_NAME));
    }
    String last = name.equals(TOKENIZER) ? "tokenizer_config.json" : ".safetensors";
    if (!Files.isDirectory(component)) {
      return false;
    }
    try (var files = Files.list(component)) {
      return files.anyMatch(file -> file.getFileName().toString().endsWith(last));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the folder " + component + ": " + e, e);
    }
  }
}

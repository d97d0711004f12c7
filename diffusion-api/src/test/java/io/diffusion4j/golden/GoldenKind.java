package io.diffusion4j.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * What a case checks, and how it is recognised: by where the file lies that describes it, and by
 * what that file contains.
 *
 * <p>A new family adds its kinds here, its cases under one of the roots, and a {@link GoldenTest}.
 */
public enum GoldenKind {
  /** β, ᾱ and posterior coefficients of guided-diffusion in float64. */
  SCHEDULE("schedules/*/case.json", c -> c.path("dtype").asText().equals("float64")),
  /** β and ᾱ of diffusers in float32. */
  FLOAT_SCHEDULE("schedules/*/case.json", c -> c.path("dtype").asText().equals("float32")),
  /** Timesteps of guided-diffusion's {@code space_timesteps}; the number is in the file's name. */
  RESPACING("schedules/respacing-*.json", c -> true),
  /** Any loss of guided-diffusion's {@code GaussianDiffusion}. */
  LOSS("losses/*/case.json", c -> c.has("loss")),
  /** The variational bound over all timesteps. */
  BOUND("losses/*/case.json", c -> !c.has("loss")),
  /** A trace of one of diffusers' schedulers, step by step. */
  SAMPLER("{samplers,latent/samplers}/*/case.json", c -> c.has("scheduler")),
  /** Such a trace with the settings of Stable Diffusion's schedulers. */
  LATENT_SAMPLER("latent/samplers/*/case.json", c -> c.has("scheduler")),
  /** A trace of a scheduler for few steps. */
  FEW_STEP_SAMPLER("few/*/case.json", c -> c.has("scheduler")),
  /** The loss of progressive distillation, in float64. */
  PROGRESSIVE_LOSS("few/*/case.json", c -> c.path("loss").asText().endsWith(", vp")),
  /** The losses of consistency models, and their progressive distillation, from openai. */
  KARRAS_LOSS(
      "few/*/case.json",
      c -> c.path("loss").asText().matches("consistency .*|progressive distillation")),
  /** The steps and the loss of latent consistency distillation in diffusers' example. */
  CONSISTENCY_LOSS("few/*/case.json", c -> c.path("loss").asText().equals("lcm")),
  /** Steps of one of diffusers' guiders. */
  GUIDER("guiders/*/case.json", c -> c.has("guider")),
  /** CFG++ from the paper, in float64. */
  CFG_PLUS_PLUS("guiders/*/case.json", c -> c.has("lambda")),
  /** A block of the transformers in Stable Diffusion's U-Net, with parts left out. */
  PERTURBED_BLOCK("guiders/*/case.json", c -> c.has("block")),
  /** An attention of diffusers' U-Nets with the identity as its map. */
  PERTURBED_ATTENTION("guiders/*/case.json", c -> c.has("attention")),
  /** What guided-diffusion calls RESCALED_MSE with a learned range: the loss of Improved DDPM. */
  HYBRID_LOSS("losses/*/case.json", GoldenKind::isHybrid),
  /** Images made larger and smaller by PyTorch. */
  RESIZE("images/*/case.json", c -> !c.has("crop")),
  /** CLIP's preprocessing of 8-bit images. */
  CLIP_PREPROCESSING("images/*/case.json", c -> c.has("crop")),
  /** Texts and their ids, beside the files of the tokenizer. */
  TOKENIZER("tokenizer/golden.json", c -> true),
  /** Texts and their ids with OpenAI's published vocabulary, which lies elsewhere. */
  OPENAI_VOCABULARY("tokenizer/golden-openai-vocabulary.json", c -> true),
  /** Transformers' {@code CLIPTextModelWithProjection}. */
  CLIP_TEXT("clip/*/case.json", c -> c.path("config").has("vocab_size")),
  /** Transformers' {@code CLIPVisionModelWithProjection}. */
  CLIP_VISION("clip/*/case.json", c -> c.path("config").has("patch_size")),
  /** OpenAI's {@code CLIP} with loss and gradients. */
  OPENAI_CLIP("clip/*/case.json", c -> c.has("constructor")),
  /** open_clip's {@code CLIP} in its own layout, its preprocessing included. */
  OPEN_CLIP("open_clip/*/case.json", c -> true),
  /** The contrastive loss of open_clip and its gradients over all rows. */
  OPEN_CLIP_GRADIENTS("training/*/case.json", c -> c.has("modes") || c.has("logit_scale_factor")),
  /** Steps of AdamW with gradient clipping and a moving average. */
  ADAMW("training/*/case.json", c -> c.has("clip_grad_norm")),
  /** Steps of diffusers' unconditional example, with clipping and its moving average. */
  TRAINING_STEPS("training/*/case.json", c -> c.has("max_grad_norm")),
  /** A step whose batch comes in several parts. */
  ACCUMULATION("training/*/case.json", c -> isOfAnothersModel(c) && !c.has("rank")),
  /** Steps of low-rank updates. */
  LOW_RANK_STEPS("training/*/case.json", c -> isOfAnothersModel(c) && c.has("rank")),
  /** Diffusers' {@code PriorTransformer}. */
  PRIOR("diffusers/*/case.json", c -> c.path("config").has("num_embeddings")),
  /** Diffusers' {@code UnCLIPTextProjModel}. */
  TEXT_PROJECTION("diffusers/*/case.json", c -> c.path("config").has("clip_extra_context_tokens")),
  /** Diffusers' {@code UNet2DConditionModel}, as unCLIP's decoder has it. */
  DECODER("diffusers/*/case.json", c -> isUnet(c) && c.get("config").has("cross_attention_dim")),
  /** Diffusers' {@code UNet2DModel}, as unCLIP's upsamplers have it. */
  UPSAMPLER("diffusers/*/case.json", c -> isUnet(c) && !c.get("config").has("cross_attention_dim")),
  /** U-Nets of guided-diffusion. */
  GUIDED_DIFFUSION("guided-diffusion/*/case.json", c -> c.has("constructor")),
  /** U-Nets of GLIDE. */
  GLIDE("glide/*/case.json", c -> c.has("constructor")),
  /** Classifiers of noised images of guided-diffusion, with their gradients. */
  CLASSIFIER("classifier/*/case.json", c -> c.has("constructor")),
  /** Steps of guided-diffusion's U-Nets that a classifier guides. */
  CLASSIFIER_GUIDANCE("classifier/*/case.json", c -> c.has("classifier_scale")),
  /** The towers of GLIDE's noised CLIP, with their gradient. */
  NOISED_CLIP("noised-clip/case.json", c -> c.has("image_encoder")),
  /** Steps of GLIDE that a noised CLIP guides. */
  NOISED_CLIP_GUIDANCE("noised-clip/*/case.json", c -> c.has("grad_scale")),
  /** Files of torch beside the same tensors as safetensors. */
  TORCH_FILES("torch/expected.json", c -> true),
  /** Files that no reader of torch's should believe, or run. */
  HOSTILE_TORCH_FILES("torch/hostile/expected.json", c -> true),
  /** Low-rank updates in all layouts, and what a network answers with them. */
  LORA("lora/*/case.json", c -> c.has("rank")),
  /** Low-rank updates of Stable Diffusion in the names of each trainer. */
  LATENT_LORA("latent/lora/case.json", c -> c.has("rank")),
  /** Stable Diffusion in a single file with the original names, and the folder that it equals. */
  LATENT_SINGLE_FILE("latent/single-file/*/case.json", c -> c.has("equals")),
  /** Any of diffusers' {@code UNet2DModel} without a picture beside x_t. */
  PIXEL_NETWORK("ddpm/*/*/case.json", c -> !c.has("pipeline")),
  /** Runs of a {@code DDPMPipeline} or {@code DDIMPipeline} on the folder that they lie in. */
  PIXEL_PIPELINE("ddpm/*/case.json", c -> c.has("pipeline")),
  /** Such runs with other settings, on the folder above. */
  PIXEL_PIPELINE_CHANGED("ddpm/*/*/case.json", c -> c.has("pipeline")),
  /** Score SDEs: a sampler with predictor and corrector, in float64. */
  SDE_SAMPLER("sde/*/case.json", c -> c.has("predictor")),
  /** Score SDEs: the probability flow in equal steps, in float64. */
  PROBABILITY_FLOW("sde/ode*/case.json", c -> c.has("method")),
  /** Score SDEs: the likelihood by the probability flow, in float64. */
  FLOW_LIKELIHOOD("sde/likelihood*/case.json", c -> c.has("method")),
  /**
   * A trace of a FlowMatch scheduler of diffusers, step by step; but with {@code s_churn}, whose
   * noise follows the network's call, and which no sampler offers.
   */
  FLOW_TRACE(
      "flow/*/case.json",
      c ->
          c.path("scheduler").asText().startsWith("FlowMatch")
              && !c.path("step_kwargs").has("s_churn")),
  /** A trace of diffusers' {@code EDMEulerScheduler}. */
  EDM_TRACE("flow/*/case.json", c -> c.path("scheduler").asText().startsWith("EDM")),
  /** Algorithm 2 of EDM, in float64. */
  EDM_SAMPLER("flow/*/case.json", c -> c.has("rho")),
  /** The preconditioning and the loss of EDM. */
  EDM_LOSS("flow/*/case.json", c -> c.path("loss").asText().equals("edm")),
  /** The loss of a flow with each weight. */
  VELOCITY_LOSS("flow/*/case.json", c -> c.path("loss").asText().equals("velocity")),
  /** Timesteps of a flow's training from base draws, and the weights. */
  FLOW_DENSITIES("flow/densities/case.json", c -> true),
  /** Conversions of facebookresearch/flow_matching, in float64. */
  FLOW_CONVERSION("flow/conversion/case.json", c -> true),
  /** Its likelihoods and samples of a mixture, in float64. */
  VELOCITY_LIKELIHOOD("flow/likelihood/case.json", c -> true),
  /** Diffusers' {@code DiTTransformer2DModel}. */
  DIT("dit/*/transformer/case.json", c -> c.has("config")),
  /** Diffusers' {@code AutoencoderKL}. */
  AUTOENCODER("dit/*/vae/case.json", c -> c.has("config")),
  /** Runs of a {@code DiTPipeline} on the folder that they lie in. */
  DIT_PIPELINE("dit/*/case.json", c -> c.has("pipeline")),
  /** Such runs with other settings, on the folder above. */
  DIT_PIPELINE_CHANGED("dit/*/*/case.json", c -> c.has("pipeline")),
  /** The network of facebookresearch/DiT under its own names. */
  ORIGINAL_DIT("dit/*/case.json", c -> c.has("constructor")),
  /** Its ancestral steps with a learned variance. */
  ORIGINAL_DIT_SAMPLING("dit/*/*/case.json", c -> c.has("timestep_map")),
  /** The network of baofff/U-ViT. */
  UVIT("uvit/*/case.json", c -> c.has("constructor")),
  /** Diffusers' {@code UNet2DConditionModel}, as Kandinsky has it. */
  KANDINSKY_UNET("kandinsky/*/unet/case.json", c -> true),
  /** Diffusers' {@code VQModel} with spatial normalisation. */
  MOVQ("kandinsky/{movq,*/movq}/case.json", c -> true),
  /** Diffusers' {@code PriorTransformer}, as Kandinsky has it. */
  KANDINSKY_PRIOR("kandinsky/prior/prior/case.json", c -> true),
  /** The text tower beside it, with the fields of older versions of transformers. */
  KANDINSKY_TEXT("kandinsky/prior/text_encoder/case.json", c -> true),
  /** The image tower beside it. */
  KANDINSKY_IMAGE("kandinsky/prior/image_encoder/case.json", c -> true),
  /** Runs of Kandinsky's prior pipelines on the folder {@code kandinsky/prior}. */
  KANDINSKY_PRIOR_RUN("kandinsky/{prior,prior/*}/case.json", c -> c.has("pipeline")),
  /** Runs of Kandinsky's decoder pipelines on the folder that they lie in, or above. */
  KANDINSKY_DECODER_RUN(
      "kandinsky/{decoder,inpaint,controlnet,decoder/*,inpaint/*,controlnet/*}/case.json",
      c -> c.has("pipeline")),
  /** Pictures and masks resized by Pillow. */
  KANDINSKY_RESIZE("kandinsky/resize/case.json", c -> true),
  /** What the mask of latents comes to. */
  KANDINSKY_MASK("kandinsky/prepare-mask/case.json", c -> true),
  /** Diffusers' {@code UNet2DConditionModel}, as Stable Diffusion and its relatives have it. */
  CONDITIONAL_UNET("latent/networks/{*,*/odd-size}/case.json", c -> c.has("config")),
  /** Diffusers' {@code AutoencoderKL}, its encoder included. */
  AUTOENCODER_KL(
      "latent/autoencoders/{*,*/odd-size}/case.json",
      c -> c.has("scaling_factor") || c.has("model")),
  /** Diffusers' {@code AutoencoderTiny}. */
  AUTOENCODER_TINY(
      "latent/autoencoders/*/case.json", c -> !c.has("scaling_factor") && !c.has("model")),
  /** Transformers' {@code CLIPTextModel} and its tokenizer, as Stable Diffusion has them. */
  TEXT_STATES("latent/text/*/case.json", c -> c.has("texts")),
  /** Runs of a {@code StableDiffusionPipeline} on the folder that they lie in, or above. */
  STABLE_DIFFUSION_RUN(
      "latent/{sd1,sd1/*,sd2,sd2/*,lcm,lcm/*,sdxs,sdxs/*}/case.json",
      c -> c.path("pipeline").asText().matches("(StableDiffusion|LatentConsistencyModel)Pipeline")),
  /** Such runs that change a picture, in whole or in part. */
  STABLE_DIFFUSION_EDIT(
      "latent/{sd1/*,sd2/*,lcm/*,sdxs/*,sd1-inpaint,sd1-inpaint/*}/case.json",
      c -> c.path("pipeline").asText().matches("StableDiffusionInpaintPipeline|.*Img2ImgPipeline")),
  /** Runs on an image embedding, of a picture or of the prior, with and without a text. */
  STABLE_DIFFUSION_VARIATION(
      "latent/{variation,unclip-img2img,unclip-text}{,/*}/case.json", c -> c.has("pipeline")),
  /** A folder with float16 files only, which equals another. */
  STABLE_DIFFUSION_VARIANT("latent/sd1-fp16/case.json", c -> c.has("equals")),
  /** ECLIPSE's prior of one pass. */
  ECLIPSE("eclipse/*/case.json", c -> true),
  /** Pictures of any family's pipeline with the defaults of its folder, which lies beside. */
  PIPELINE("pipelines/*/case.json", c -> c.has("pipeline")),
  /** Prompts that a pipeline folder of diffusers drew. */
  UNCLIP_PIPELINE("unclip-pipeline/case.json", c -> c.has("prompts")),
  /** Variations of images by the pipeline in the folder above. */
  UNCLIP_VARIATION("unclip-pipeline/*/case.json", c -> c.has("decoder_num_inference_steps"));

  static final String CASE = "case.json";

  private final String glob;

  @SuppressWarnings("ImmutableEnumChecker") // stateless lambdas
  private final Predicate<JsonNode> content;

  GoldenKind(String glob, Predicate<JsonNode> content) {
    this.glob = glob;
    this.content = content;
  }

  private static boolean isHybrid(JsonNode c) {
    return c.path("loss").asText().equals("RESCALED_MSE")
        && c.path("variance").asText().equals("LEARNED_RANGE")
        && !c.path("mean").asText().equals("PREVIOUS_X"); // which training does not predict
  }

  /** Open_clip's cases of this sort have other fields. */
  private static boolean isOfAnothersModel(JsonNode c) {
    return c.has("model") && c.path("optimizer").asText().equals("AdamW") && c.has("lr");
  }

  private static boolean isUnet(JsonNode c) {
    return c.path("config").has("down_block_types");
  }

  /** Where cases of this kind lie, relative to a root. */
  public String glob() {
    return glob;
  }

  /** Whether a file, relative to a root, describes a case of this kind. */
  boolean matches(Path root, Path file) {
    return FileSystems.getDefault().getPathMatcher("glob:" + glob).matches(file)
        && content.test(Json.read(root.resolve(file)));
  }
}

package io.diffusion4j.kotlin

import io.diffusion4j.client.Requests
import io.diffusion4j.serving.v1.GenerateImagesRequest
import io.diffusion4j.serving.v1.StageOptions
import java.util.OptionalInt

/** Marks the receivers of [RequestScope], so that they do not mix. */
@DslMarker public annotation class RequestDsl

/**
 * The options of a request of any task:
 * ```
 * textToImage("a red apple") {
 *   images = 4
 *   seeds(7)
 *   stage("decoder", steps = 30, sampler = "dpmpp-2m")
 * }
 * ```
 *
 * [builder] is the contract's own builder, for all other fields.
 */
@RequestDsl
public class RequestScope internal constructor(public val builder: GenerateImagesRequest.Builder) {
  /** The number of images. */
  public var images: Int
    get() = builder.imageCount
    set(count) {
      builder.imageCount = count
    }

  /** The name of the model; the server's first if empty. */
  public var model: String
    get() = builder.model
    set(name) {
      builder.model = name
    }

  /** The number of steps between two previews; 0 for no previews. */
  public var previewEverySteps: Int
    get() = builder.preview.everySteps
    set(steps) {
      builder.previewBuilder.everySteps = steps
    }

  /** The seeds of the images: one for all of them, or one each. */
  public fun seeds(vararg seeds: Long) {
    builder.addAllSeeds(seeds.asIterable())
  }

  /**
   * Common settings of a stage, beside those it has already; for others, see [setting]. Absent ones
   * have the server's defaults.
   *
   * @param name such as `prior`, `decoder` or `super_res`; a model's card lists them
   * @param guidance the scale of classifier-free guidance
   * @param guidanceInterval the noise levels at which it acts, as σ = √((1−ᾱ)/ᾱ)
   * @param reuse in how many steps in a row a U-Net computes its deep levels once
   */
  public fun stage(
    name: String,
    steps: Int? = null,
    sampler: String? = null,
    guidance: Double? = null,
    schedule: String? = null,
    eta: Double? = null,
    guidanceInterval: ClosedRange<Double>? = null,
    reuse: Int? = null,
  ) {
    val options = options(name)
    sampler?.let { options.sampler = it }
    schedule?.let { options.schedule = it }
    steps?.let { options.steps = it }
    guidance?.let { options.guidanceScale = it }
    eta?.let { options.eta = it }
    guidanceInterval?.let {
      options.guidanceIntervalBuilder.setLow(it.start).setHigh(it.endInclusive)
    }
    reuse?.let { options.reuse = it }
    builder.putStages(name, options.build())
  }

  /**
   * A setting of a stage by the name of its field, such as `reuse`, beside the others of the stage.
   *
   * @param name one of those that the model's list shows for the stage
   * @throws IllegalArgumentException if there is no such setting
   */
  public fun setting(stage: String, name: String, value: Any) {
    val field =
      requireNotNull(StageOptions.getDescriptor().findFieldByName(name)) {
        "setting: $name (expected: a field of StageOptions)"
      }
    builder.putStages(stage, options(stage).setField(field, value).build())
  }

  private fun options(stage: String): StageOptions.Builder =
    builder.getStagesOrDefault(stage, StageOptions.getDefaultInstance()).toBuilder()
}

/** Creates a request for images of a text, with [negative] as the negative prompt. */
public fun textToImage(
  prompt: String,
  negative: String = "",
  more: RequestScope.() -> Unit = {},
): GenerateImagesRequest = Requests.textToImage(prompt, negative).with(more)

/** Creates a request for images without a prompt, of a class for a class-conditional model. */
public fun unconditional(
  label: Int? = null,
  more: RequestScope.() -> Unit = {},
): GenerateImagesRequest =
  Requests.unconditional(label?.let { OptionalInt.of(it) } ?: OptionalInt.empty()).with(more)

/** Creates a request for other images with the content of this file. */
public fun variation(
  image: ByteArray,
  more: RequestScope.() -> Unit = {},
): GenerateImagesRequest = Requests.variation(image).with(more)

/**
 * Creates a request for other images with the content of this file.
 *
 * @param similarity the similarity of the initial noise to that of the image, in `[0, 1]`: 0 is fresh
 *   noise, 1 draws the image itself
 */
public fun variation(
  image: ByteArray,
  similarity: Double,
  more: RequestScope.() -> Unit = {},
): GenerateImagesRequest = Requests.variation(image, similarity).with(more)

/** Creates a request to redraw an image where the mask is white. */
public fun inpaint(
  image: ByteArray,
  mask: ByteArray,
  prompt: String,
  more: RequestScope.() -> Unit = {},
): GenerateImagesRequest = Requests.inpaint(image, mask, prompt).with(more)

/**
 * Creates a request to denoise a noised image.
 *
 * @param strength how much is noised away, in `[0, 1]`: 0 keeps the image, 1 forgets it
 */
public fun imageToImage(
  image: ByteArray,
  prompt: String,
  strength: Double = 0.5,
  more: RequestScope.() -> Unit = {},
): GenerateImagesRequest = Requests.imageToImage(image, strength, prompt).with(more)

private fun GenerateImagesRequest.Builder.with(more: RequestScope.() -> Unit) =
  also { RequestScope(it).more() }.build()

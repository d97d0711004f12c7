package io.diffusion4j.kotlin

import io.diffusion4j.client.Requests
import io.diffusion4j.serving.v1.StageOptions
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test

/** The requests of Kotlin are those of Java. */
class RequestsTest {
  @Test
  fun `a prompt is enough`() {
    assertThat(textToImage("a dog")).isEqualTo(Requests.textToImage("a dog").build())
  }

  @Test
  fun `what is said is in the request, and nothing else`() {
    val request =
      textToImage("a dog", negative = "text") {
        images = 4
        model = "emoji"
        previewEverySteps = 5
        seeds(7, 8)
        stage("decoder", steps = 30, sampler = "ddim", eta = 0.5)
        builder.requestId = "id"
      }
    val expected = Requests.textToImage("a dog", "text").setImageCount(4).setModel("emoji")
    expected.addSeeds(7).addSeeds(8).setRequestId("id").previewBuilder.everySteps = 5
    val decoder = StageOptions.newBuilder().setSteps(30).setSampler("ddim").setEta(0.5)
    assertThat(request).isEqualTo(expected.putStages("decoder", decoder.build()).build())
  }

  @Test
  fun `a setting is named by its field`() {
    val request =
      textToImage("a dog") {
        stage("decoder", steps = 30)
        setting("decoder", "reuse", 2)
        stage("decoder", sampler = "ddim")
      }
    val decoder = StageOptions.newBuilder().setSteps(30).setReuse(2).setSampler("ddim")
    val expected = Requests.textToImage("a dog").putStages("decoder", decoder.build())
    assertThat(request).isEqualTo(expected.build())
    assertThatThrownBy { textToImage("a dog") { setting("decoder", "colour", 2) } }
      .hasMessage("setting: colour (expected: a field of StageOptions)")
  }

  @Test
  fun `each task has its function`() {
    val file = byteArrayOf(1, 2, 3)
    assertThat(unconditional().hasUnconditional()).isTrue()
    assertThat(unconditional(label = 3).unconditional.label).isEqualTo(3)
    assertThat(variation(file).hasVariation()).isTrue()
    assertThat(inpaint(file, file, "a hat").hasInpaint()).isTrue()
    assertThat(imageToImage(file, "a hat", strength = 0.3).imageToImage.strength).isEqualTo(0.3)
  }
}

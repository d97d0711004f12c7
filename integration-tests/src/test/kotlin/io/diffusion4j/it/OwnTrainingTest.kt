package io.diffusion4j.it

import example.OwnTraining
import example.OwnTrainingInKotlin
import io.diffusion4j.diffusion.image.Image
import io.diffusion4j.diffusion.image.Png
import io.diffusion4j.emoji.train.EmojiPreset
import io.diffusion4j.unclip.training.UnclipTraining
import java.nio.file.Files
import java.nio.file.Path
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class OwnTrainingTest {
  @Test
  fun `the page of Java and that of Kotlin train the same weights`(@TempDir folder: Path) {
    val pictures = Files.createDirectory(folder.resolve("pictures"))
    for (i in 0 until 4) {
      val image = Image(64, 64, FloatArray(64 * 64 * 3) { (it % (i + 2)) / 3f })
      Files.write(pictures.resolve("$i.png"), Png.encode(image, mapOf()))
    }
    val sizes = EmojiPreset.tiny().sizes
    val parts = listOf(UnclipTraining.UPSAMPLER)
    val java = folder.resolve("java")
    val kotlin = folder.resolve("kotlin")
    OwnTraining.train(pictures.toString(), sizes, parts, 1, java, folder.resolve("java-state"))
    OwnTrainingInKotlin.train(pictures.toString(), sizes, parts, 1, kotlin, folder.resolve("kotlin-state"))
    val weights = "super_res_first/diffusion_pytorch_model.safetensors"
    assertThat(kotlin.resolve(weights)).hasSameBinaryContentAs(java.resolve(weights))
  }
}

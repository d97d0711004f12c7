// The cells of docs/guide/first-picture.ipynb, each between two marks, so that the build compiles and runs them.

// cell
import io.diffusion4j.client.Requests
import io.diffusion4j.diffusion.process.ForwardProcess
import io.diffusion4j.diffusion.schedule.CosineSchedule
import io.diffusion4j.local.LocalGeneration
import io.diffusion4j.serving.v1.GenerateImagesRequest
import javax.imageio.ImageIO
// end cell

fun notebook(): List<Any> {
  // cell
  val process = ForwardProcess(CosineSchedule(1000))
  listOf(0, 99, 499, 999).associateWith { t -> process.marginal(t) }
  // end cell

  // cell
  val local = LocalGeneration.emoji()
  fun draw(request: GenerateImagesRequest.Builder) =
      local.client().generate(request.addSeeds(7).build()).images()[0].png()
  // end cell

  // cell
  val apple = draw(Requests.textToImage("a red apple"))
  ImageIO.read(apple.inputStream())
  // end cell

  // cell
  ImageIO.read(draw(Requests.variation(apple)).inputStream())
  // end cell

  // cell
  val owl = draw(Requests.textToImage("an owl"))
  val between = listOf(0.25, 0.5, 0.75).map { ratio -> draw(Requests.interpolation(apple, owl, ratio)) }
  between.map { png -> ImageIO.read(png.inputStream()) }
  // end cell

  // cell
  local.close()
  // end cell
  return between
}

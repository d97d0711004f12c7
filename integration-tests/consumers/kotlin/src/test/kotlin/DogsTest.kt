import java.io.File
import javax.imageio.ImageIO
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

class DogsTest {
  @Test
  fun `dogs are drawn and watched`() {
    main()
    assertEquals(128, ImageIO.read(File("dog-0.png")).width)
    assertEquals(128, ImageIO.read(File("dog-1.png")).width)
  }
}

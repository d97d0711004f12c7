import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

class NotebookTest {
  @Test
  fun `the cells of the notebook run`() {
    assertEquals(3, notebook().size)
  }
}

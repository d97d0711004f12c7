import DefaultTheme from 'vitepress/theme';
import 'katex/dist/katex.min.css';
import './wide.css';

export default DefaultTheme;

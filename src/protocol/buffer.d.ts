// Node's Buffer has these for years; its type declarations leave them out. They skip the argument checks of toString.
declare global {
  interface Buffer {
    utf8Slice(start: number, end: number): string
    latin1Slice(start: number, end: number): string
    base64urlSlice(start: number, end: number): string
    utf8Write(text: string, offset: number, length: number): number
    latin1Write(text: string, offset: number, length: number): number
    base64urlWrite(text: string, offset: number, length: number): number
  }
}

export {}

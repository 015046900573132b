import { expect, test } from 'vitest';
import type { EncodedImage } from '../demos/demonstration.ts';
import { imageSize } from './imageSize.ts';

/** 5x3 pictures written by Pillow. */
const PICTURES: Record<EncodedImage['mime'], string[]> = {
  'image/png': [
    'iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAIAAADUVFKvAAAAFElEQVR4nGM8IWfDgASYGFABOh8ANWgBKP7rN+8AAAAASUVORK5CYII=',
  ],
  'image/jpeg': [
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////2wBDAf//////////////////////////////////////////////////////////////////////////////////////wAARCAADAAUDAREAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwBKCz//2Q==',
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////2wBDAf//////////////////////////////////////////////////////////////////////////////////////wgARCAADAAUDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAH/xAAVAQEBAAAAAAAAAAAAAAAAAAAAAf/aAAwDAQACEAMQAAABgX//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAEFAn//xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oACAEDAQE/AX//xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oACAECAQE/AX//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAY/An//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAE/IX//2gAMAwEAAgADAAAAEPf/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oACAEDAQE/EH//xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oACAECAQE/EH//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAE/EH//2Q==',
  ],
  'image/webp': [
    'UklGRi4AAABXRUJQVlA4ICIAAABwAQCdASoFAAMADMDOJaACdAFAAAD+144MPUrfroogAAAA',
    'UklGRh4AAABXRUJQVlA4TBEAAAAvBIAAAAdQjyKXp/+BiOh/AAA=',
    'UklGRlIAAABXRUJQVlA4WAoAAAAQAAAABAAAAgAAQUxQSAoAAAABB1CtiAhERP8DVlA4ICIAAABwAQCdASoFAAMADMDOJaACdAFAAAD+144MPUrfroogAAAA',
  ],
};

for (const [mime, encoded] of Object.entries(PICTURES) as [EncodedImage['mime'], string[]][]) {
  test.each(encoded)(`${mime} %#`, (base64) => {
    const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
    expect(imageSize({ bytes, mime })).toEqual({ width: 5, height: 3 });
    expect(() => imageSize({ bytes: bytes.subarray(0, 12), mime })).toThrow(`12 bytes given as ${mime}`);
  });
}
